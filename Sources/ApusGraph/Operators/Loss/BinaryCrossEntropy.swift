/// The mean of negative log-likelihoods of yes and no, from probabilities.
public struct BinaryCrossEntropy: ElementLoss {
    public static let name = "binary_cross_entropy"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean negative log-likelihood of truth values, from probabilities.",
        details:
            "`loss = mean −(t · ln x + (1 − t) · ln(1 − x))` with targets t from 0 to 1. A logarithm below −100 counts as −100, so that the loss stays finite. binary_cross_entropy_with_logits is more precise where the logits are at hand.",
        operands: lossOperands,
        results: [.init("loss", "f32[]")],
        constraints: lossConstraints,
        example: "loss = binary_cross_entropy(y, targets)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func elements(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> ValueID {
        let (x, target) = (Expression.operand(0), Expression.operand(1))
        let yes = Expression.maximum(.logarithm(x), -100)
        let no = Expression.maximum(.logarithm(1 - x), -100)
        return try composer.emit(-(target * yes + (1 - target) * no), operands[0], operands[1])
    }
}
