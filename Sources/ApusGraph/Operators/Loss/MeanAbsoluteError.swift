/// The mean of absolute errors.
public struct MeanAbsoluteError: ElementLoss {
    public static let name = "mean_absolute_error"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean of the absolute differences from targets.",
        details: "`loss = mean |x − targets|` over all elements of the batch. The gradient is 0 where both are equal.",
        operands: lossOperands,
        results: [.init("loss", "f32[]")],
        constraints: lossConstraints,
        example: "loss = mean_absolute_error(y, targets)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func elements(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> ValueID {
        try composer.emit(.unary(.absolute, .operand(0) - .operand(1)), operands[0], operands[1])
    }
}
