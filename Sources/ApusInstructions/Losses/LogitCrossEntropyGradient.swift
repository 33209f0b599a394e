extension Opcode {
    package static let logitCrossEntropyGradient = Opcode(rawValue: 71)
}

/// `logits, labels, loss gradient, source gradient, arguments` · ``RowParameters``
package struct LogitCrossEntropyGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .logitCrossEntropyGradient }
    package static var name: String { "logitCrossEntropyGradient" }
    private let rows: CheckedRows

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedRows(parameters)
        try requireApart(rows.sampleStride, rows.elements, "gradient")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            rows.operand("logits", .read, samples: samples),
            rows.labels(samples: samples),
            OperandExtent("loss gradient", .read, elements: 1),
            rows.operand("source gradient", .write, samples: samples),
            .arguments,
        ]
    }
}
