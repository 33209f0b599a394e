extension Opcode {
    package static let dropout = Opcode(rawValue: 96)
}

/// `source, destination, arguments` · ``RandomParameters``
package struct DropoutInstruction: InstructionDefinition {
    package static var opcode: Opcode { .dropout }
    package static var name: String { "dropout" }
    private let random: CheckedRandom

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        random = try CheckedRandom(parameters)
        try require(random.amount >= 0 && random.amount < 1, "the share that is dropped is \(random.amount)")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        random.operands(samples: samples)
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] { random.sharedPlaces(samples: samples) }
}
