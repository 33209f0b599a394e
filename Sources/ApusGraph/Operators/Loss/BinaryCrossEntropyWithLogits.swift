/// The mean of negative log-likelihoods of yes and no, from logits.
public struct BinaryCrossEntropyWithLogits: ElementLoss {
    public static let name = "binary_cross_entropy_with_logits"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean negative log-likelihood of truth values, from logits.",
        details:
            "`loss = mean ln(1 + e^x) − t · x` with targets t from 0 to 1: binary_cross_entropy of sigmoid, without its loss of precision.",
        operands: lossOperands,
        results: [.init("loss", "f32[]")],
        constraints: lossConstraints,
        example: "loss = binary_cross_entropy_with_logits(y, targets)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func elements(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> ValueID {
        let normalizer = try composer.emit(Softplus(), operands[0])
        return try composer.emit(
            .operand(0) - .operand(1) * .operand(2), normalizer, operands[0], operands[1])
    }
}
