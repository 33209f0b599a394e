/// What the loss operators share: rows of numbers, one label for each, and one number that is the mean of the rows' losses.
enum Loss {
    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "as many operands as listed"), .init("C2", "the rows are f32[N, K]"),
        .init("C3", "labels are i32[N] of the same batch"),
    ]
    static let gradientConstraints = constraints + [.init("C4", "the loss's gradient is f32[]")]
    static let scalar = TensorType(.f32, [])

    /// Checks rows, labels and, where `gradient` is true, the gradient of the loss.
    static func check(_ operands: [TensorType], _ name: String, gradient: Bool) throws(ConstraintViolation) {
        let checks = OperandChecks(name, operands)
        let count = gradient ? 3 : 2
        try checks.count("C1", count...count, gradient ? "rows, labels and the loss's gradient" : "rows and labels")
        let row = try checks.rows("C2")
        try checks.match("C3", 1, TensorType(.i32, [row.batch]), "the labels operand")
        if gradient { try checks.match("C4", 2, scalar, "the loss's gradient") }
    }

    /// The mean over all rows of `body(row, label)`; rows whose label is no class count as zero.
    static func mean(_ operands: [Tensor], _ body: (ArraySlice<Double>, Int) -> Double) -> Tensor {
        let classes = operands[0].shape[1]
        var sum = 0.0
        for (index, label) in operands[1].elements.enumerated() where label >= 0 && Int(label) < classes {
            sum += body(operands[0].elements[index * classes..<(index + 1) * classes], Int(label))
        }
        return Tensor(shape: [], elements: [sum / Double(operands[1].elements.count)])
    }

    /// `body(row, label)` for each row, times the loss's gradient over the number of rows; zero where the label is no class.
    static func gradient(_ operands: [Tensor], _ body: (ArraySlice<Double>, Int) -> [Double]) -> Tensor {
        let (rows, classes) = (operands[0].shape[0], operands[0].shape[1])
        let factor = operands[2].elements[0] / Double(rows)
        return mapRows(operands[0]) { row in
            let label = operands[1].elements[row.startIndex / classes]
            guard label >= 0, Int(label) < classes else { return row.map { _ in 0 } }
            return body(row, Int(label)).map { $0 * factor }
        }
    }
}
