extension Opcode {
    package static let gaussianNoise = Opcode(rawValue: 97)
}

/// `source, destination, arguments` · ``RandomParameters``
package struct GaussianNoiseInstruction: InstructionDefinition {
    package static var opcode: Opcode { .gaussianNoise }
    package static var name: String { "gaussianNoise" }
    private let random: CheckedRandom

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        random = try CheckedRandom(parameters)
        try require(random.amount >= 0 && random.amount.isFinite, "the noise's deviation is \(random.amount)")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        random.operands(samples: samples)
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] { random.sharedPlaces(samples: samples) }
}
