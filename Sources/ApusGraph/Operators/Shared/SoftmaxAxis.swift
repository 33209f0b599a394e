/// What softmax, log_softmax and their gradients share.
enum SoftmaxAxis {
    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "as many operands as listed, of one floating-point type and of one shape"),
        .init("C2", "`axis` is an axis of the operands"),
    ]

    /// Checks one operand of a floating-point type (C1) that has the axis (C2), and returns the number of the axis.
    static func check(_ operands: [TensorType], _ name: String, axis: Int) throws(ConstraintViolation) -> Int {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1)
        guard operands[0].elementType.isFloatingPoint else {
            throw ConstraintViolation(
                "C1", "\(name) works on floating-point numbers, not on \(operands[0])", remedy: "cast it first",
                at: .operand(0))
        }
        return try checks.axis("C2", axis)
    }

    /// The shape rule of a gradient, from the result y and its gradient.
    static func gradientType(
        _ operands: [TensorType], _ name: String, axis: Int
    ) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 2)
        _ = try check([operands[0]], name, axis: axis)
        try checks.match("C1", 1, operands[0], "the result's gradient")
        return [InferredType(operands[0])]
    }
}
