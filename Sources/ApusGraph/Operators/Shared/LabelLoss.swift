/// What the losses of labels share: rows of numbers, one label for each, and one number that is the mean of the rows' losses.
enum LabelLoss {
    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "as many operands as listed"), .init("C2", "the rows are f32[N, ..., K] with a number K"),
        .init("C3", "labels are i32[N, ...], one for each row"),
    ]
    static let gradientConstraints = constraints + [.init("C4", "the loss's gradient is f32[]")]
    static let scalar = TensorType(.f32, [])

    /// Checks rows, labels and, where `gradient` is true, the gradient of the loss.
    static func check(_ operands: [TensorType], _ name: String, gradient: Bool) throws(ConstraintViolation) {
        let checks = OperandChecks(name, operands)
        let count = gradient ? 3 : 2
        try checks.count("C1", count...count, gradient ? "rows, labels and the loss's gradient" : "rows and labels")
        try checks.match("C3", 1, try labels(of: operands[0], name), "the labels operand")
        if gradient { try checks.match("C4", 2, scalar, "the loss's gradient") }
    }

    /// The type of the labels of these rows (constraint C2).
    static func labels(of rows: TensorType, _ name: String) throws(ConstraintViolation) -> TensorType {
        guard rows.elementType == .f32, rows.rank >= 2, rows.dimensions[rows.rank - 1].number != nil else {
            throw ConstraintViolation(
                "C2", "\(name) works on rows f32[N, ..., classes], not on \(rows)",
                remedy: "give it an f32 value of two or more dimensions, the last of them a number",
                at: .operand(0))
        }
        return TensorType(.i32, Array(rows.dimensions.dropLast()))
    }

    /// The mean over all rows of `body(row, label)`; rows whose label is no class count as zero.
    static func mean(_ operands: [Tensor], _ body: (ArraySlice<Double>, Int) -> Double) -> Tensor {
        let classes = operands[0].shape[operands[0].shape.count - 1]
        let (elements, labels) = (operands[0].elements, operands[1].integers)
        var sum = 0.0
        for (index, label) in labels.enumerated() where (0..<classes).contains(label) {
            sum += body(elements[index * classes..<(index + 1) * classes], label)
        }
        return Tensor(shape: [], elements: [sum / Double(labels.count)])
    }

    /// `body(row, label)` for each row, times the loss's gradient over the number of rows; zero where the label is no class.
    static func gradient(_ operands: [Tensor], _ body: (ArraySlice<Double>, Int) -> [Double]) -> Tensor {
        let classes = operands[0].shape[operands[0].shape.count - 1]
        let (elements, labels) = (operands[0].elements, operands[1].integers)
        let factor = operands[2].elements[0] / Double(labels.count)
        let gradients = labels.enumerated().flatMap { index, label -> [Double] in
            guard (0..<classes).contains(label) else { return Array(repeating: 0, count: classes) }
            return body(elements[index * classes..<(index + 1) * classes], label).map { $0 * factor }
        }
        return Tensor(shape: operands[0].shape, elements: gradients)
    }
}
