/// The mean of squared errors.
public struct MeanSquaredError: ElementLoss {
    public static let name = "mean_squared_error"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean of the squared differences from targets.",
        details: "`loss = mean (x − targets)²` over all elements of the batch.",
        operands: lossOperands,
        results: [.init("loss", "f32[]")],
        constraints: lossConstraints,
        example: "loss = mean_squared_error(y, targets)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func elements(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> ValueID {
        let error = Expression.operand(0) - .operand(1)
        return try composer.emit(error * error, operands[0], operands[1])
    }
}
