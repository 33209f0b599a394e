extension Opcode {
    package static let logitCrossEntropy = Opcode(rawValue: 70)
}

/// `logits, labels, loss, arguments` · ``RowParameters``
package struct LogitCrossEntropyInstruction: InstructionDefinition {
    package static var opcode: Opcode { .logitCrossEntropy }
    package static var name: String { "logitCrossEntropy" }
    private let rows: CheckedRows

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedRows(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            rows.operand("logits", .read, samples: samples),
            rows.labels(samples: samples),
            OperandExtent("loss", .update, elements: 1),
            .arguments,
        ]
    }
}
