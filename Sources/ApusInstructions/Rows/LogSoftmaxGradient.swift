extension Opcode {
    package static let logSoftmaxGradient = Opcode(rawValue: 67)
}

/// `result, result gradient, source gradient` · ``RowParameters``
package struct LogSoftmaxGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .logSoftmaxGradient }
    package static var name: String { "logSoftmaxGradient" }
    private let rows: CheckedRows

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedRows(parameters)
        try requireApart(rows.sampleStride, rows.elements, "gradient")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            rows.operand("result", .read, samples: samples),
            rows.operand("result gradient", .read, samples: samples),
            rows.operand("source gradient", .write, samples: samples),
        ]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] { [SharedPlace(0, with: 2), SharedPlace(1, with: 2)] }
}
