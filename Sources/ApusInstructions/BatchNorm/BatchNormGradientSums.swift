extension Opcode {
    package static let batchNormGradientSums = Opcode(rawValue: 85)
}

/// `source, destination gradient, mean, variance, scale gradient, bias gradient` · ``BatchNormParameters``
package struct BatchNormGradientSumsInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchNormGradientSums }
    package static var name: String { "batchNormGradientSums" }
    private let images: CheckedBatchNorm

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        images = try CheckedBatchNorm(
            try parameters.load(BatchNormParameters.self), lanes: lanes, writesDestination: false)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, images.source, samples: samples),
            OperandExtent("destination gradient", .read, images.destination, samples: samples),
            images.channels("mean", .read),
            images.channels("variance", .read),
            images.channels("scale gradient", .update),
            images.channels("bias gradient", .update),
        ]
    }
}
