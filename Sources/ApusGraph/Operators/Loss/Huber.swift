/// The mean of errors that are squared where they are small.
public struct Huber: ElementLoss {
    public static let name = "huber"
    public static let documentation = OperatorDocumentation(
        summary: "Squares small differences from targets, and takes large ones as they are.",
        details:
            "With `e = x − targets`, the mean over all elements of `e² / 2` where `|e| ≤ delta`, else `delta · (|e| − delta / 2)`: Huber (1964), section 4.",
        operands: lossOperands,
        attributes: [.init("delta", "where the parabola becomes a line; 1.0")],
        results: [.init("loss", "f32[]")],
        constraints: lossConstraints,
        example: "loss = huber(y, targets)")

    public var delta: Double

    public init(delta: Double = 1) { self.delta = delta }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        delta = try attributes.number("delta", in: 1e-6...1e6, default: 1)
    }
    public var attributes: [Attribute] { delta == 1 ? [] : [Attribute("delta", .number(delta))] }

    public func elements(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> ValueID {
        let error = Expression.operand(0) - .operand(1)
        let size = Expression.unary(.absolute, error)
        let line = Expression.constant(delta) * (size - .constant(delta / 2))
        return try composer.emit(
            .select(size > .constant(delta), line, 0.5 * error * error), operands[0], operands[1])
    }
}
