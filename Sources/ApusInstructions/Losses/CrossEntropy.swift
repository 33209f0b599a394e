extension Opcode {
    package static let crossEntropy = Opcode(rawValue: 68)
}

/// `probabilities, labels, loss, arguments` · ``RowParameters``
package struct CrossEntropyInstruction: InstructionDefinition {
    package static var opcode: Opcode { .crossEntropy }
    package static var name: String { "crossEntropy" }
    private let rows: CheckedRows

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedRows(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            rows.operand("probabilities", .read, samples: samples),
            rows.labels(samples: samples),
            OperandExtent("loss", .update, elements: 1),
            .arguments,
        ]
    }
}
