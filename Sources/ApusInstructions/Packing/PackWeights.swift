extension Opcode {
    package static let packWeights = Opcode(rawValue: 20)
}

/// `weights, packed weights` · ``PackParameters``
package struct PackWeightsInstruction: InstructionDefinition {
    package static var opcode: Opcode { .packWeights }
    package static var name: String { "packWeights" }
    private let packing: CheckedPacking

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        packing = try CheckedPacking(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("weights", .read, elements: packing.weights),
            OperandExtent("packed weights", .write, elements: packing.packed),
        ]
    }
}
