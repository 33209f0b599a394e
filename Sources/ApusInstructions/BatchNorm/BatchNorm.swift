extension Opcode {
    package static let batchNorm = Opcode(rawValue: 82)
}

/// `source, scale, bias, mean, variance, destination` · ``BatchNormParameters``
package struct BatchNormInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchNorm }
    package static var name: String { "batchNorm" }
    private let images: CheckedBatchNorm

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        images = try CheckedBatchNorm(
            try parameters.load(BatchNormParameters.self), lanes: lanes, writesDestination: true)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, images.source, samples: samples),
            images.channels("scale", .read),
            images.channels("bias", .read),
            images.channels("mean", .read),
            images.channels("variance", .read),
            OperandExtent("destination", .write, images.destination, samples: samples),
        ]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        images.source.layout == images.destination.layout ? [SharedPlace(0, with: 5)] : []
    }
}
