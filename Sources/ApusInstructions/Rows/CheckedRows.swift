/// Rows of elements that lie apart.
struct CheckedRows: Sendable {
    /// Elements from a sample's first to its last.
    let elements: Int
    let sampleStride: Int
    let resultStride: Int
    private let rows: Int
    private let labelStride: Int
    private let parameters: RowParameters

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        parameters = try bytes.load(RowParameters.self)
        let count = try positive(parameters.count, "the count")
        rows = try positive(parameters.rows, "the number of rows")
        let rowStride = try notNegative(parameters.rowStride, "the row stride")
        try require(rows == 1 || rowStride >= count, "rows of \(count) are \(rowStride) apart")
        elements = product(rows - 1, rowStride) + count
        sampleStride = try notNegative(parameters.sampleStride, "the sample stride")
        resultStride = try notNegative(parameters.resultStride, "the result's stride")
        labelStride = try notNegative(parameters.labelStride, "the label stride")
    }

    func operand(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(name, access, elements: elements, every: sampleStride, samples: samples)
    }

    /// A result of the same rows, whose samples have a stride of their own.
    func result(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(name, access, elements: elements, every: resultStride, samples: samples)
    }

    func labels(samples: Int) -> OperandExtent {
        OperandExtent("labels", .read, elements: rows, every: labelStride, samples: samples)
    }

    /// By rows, of instructions whose `operands` operands all have them.
    func partition(operands: Int) -> Partition {
        let whole = parameters
        return Partition(.rows, units: rows) { units in
            var part = whole
            part.rows = Int32(units.count)
            let offset = 4 * units.lowerBound * Int(whole.rowStride)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes, offsets: [Int](repeating: offset, count: operands))
        }
    }
}
