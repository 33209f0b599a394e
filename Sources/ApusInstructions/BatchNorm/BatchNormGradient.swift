extension Opcode {
    package static let batchNormGradient = Opcode(rawValue: 81)
}

/// `source, destination gradient, scale, mean, variance, source gradient, scale gradient, bias gradient` ·
/// ``BatchNormParameters``
package struct BatchNormGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchNormGradient }
    package static var name: String { "batchNormGradient" }
    private let images: CheckedBatchNorm

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        images = try CheckedBatchNorm(parameters, lanes: lanes, isGradient: true)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, images.source, samples: samples),
            OperandExtent("destination gradient", .read, images.destination, samples: samples),
            images.channels("scale", .read),
            images.channels("mean", .read),
            images.channels("variance", .read),
            OperandExtent("source gradient", .write, images.source, samples: samples),
            images.channels("scale gradient", .update),
            images.channels("bias gradient", .update),
        ]
    }

    package var couplesSamples: Bool { true }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        let isAlike = images.source.layout == images.destination.layout
        return [SharedPlace(0, with: 5)] + (isAlike ? [SharedPlace(1, with: 5)] : [])
    }
}
