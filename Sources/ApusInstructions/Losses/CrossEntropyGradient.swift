extension Opcode {
    package static let crossEntropyGradient = Opcode(rawValue: 69)
}

/// `probabilities, labels, loss gradient, source gradient, arguments` · ``RowParameters``
package struct CrossEntropyGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .crossEntropyGradient }
    package static var name: String { "crossEntropyGradient" }
    private let rows: CheckedRows

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedRows(parameters)
        try requireApart(rows.sampleStride, rows.elements, "gradient")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            rows.operand("probabilities", .read, samples: samples),
            rows.labels(samples: samples),
            OperandExtent("loss gradient", .read, elements: 1),
            rows.operand("source gradient", .write, samples: samples),
            .arguments,
        ]
    }
}
