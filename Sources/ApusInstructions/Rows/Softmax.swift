extension Opcode {
    package static let softmax = Opcode(rawValue: 64)
}

/// `source, destination` · ``RowParameters``
package struct SoftmaxInstruction: InstructionDefinition {
    package static var opcode: Opcode { .softmax }
    package static var name: String { "softmax" }
    private let rows: CheckedRows

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedRows(parameters)
        try requireApart(rows.resultStride, rows.elements, "result")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            rows.operand("source", .read, samples: samples),
            rows.result("destination", .write, samples: samples),
        ]
    }

    package var partitions: [Partition] { [rows.partition(operands: 2)] }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        samples == 1 || rows.sampleStride == rows.resultStride ? [SharedPlace(0, with: 1)] : []
    }
}
