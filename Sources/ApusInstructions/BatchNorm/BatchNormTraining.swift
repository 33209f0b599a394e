extension Opcode {
    package static let batchNormTraining = Opcode(rawValue: 80)
}

/// `source, scale, bias, destination, mean, variance` · ``BatchNormParameters``
package struct BatchNormTrainingInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchNormTraining }
    package static var name: String { "batchNormTraining" }
    private let images: CheckedBatchNorm

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        images = try CheckedBatchNorm(parameters, lanes: lanes)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, images.source, samples: samples),
            images.channels("scale", .read),
            images.channels("bias", .read),
            OperandExtent("destination", .write, images.destination, samples: samples),
            images.channels("mean", .write),
            images.channels("variance", .write),
        ]
    }

    package var couplesSamples: Bool { true }
}
