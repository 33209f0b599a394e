/// Each row brought to mean 0 and variance 1, then scaled.
public struct LayerNorm: ScaledNormalization {
    public static let name = "layer_norm"
    public static let documentation = OperatorDocumentation(
        summary: "Normalizes each row to mean 0 and variance 1, and scales it.",
        details: """
            `y = (x − mean) / sqrt(variance + epsilon) · scale + bias`, with mean and (biased) variance of all elements that lie \
            behind the dimensions before `axis`: Ba, Kiros and Hinton (2016), section 3.
            """,
        operands: [
            .init("x", "f32"), .init("scale", "f32 with the dimensions of x from `axis` on; trained, 1 at first"),
            .init("bias", "as the scale; trained, 0 at first"),
        ],
        attributes: [
            .init("axis", "the first dimension of a row, negative from the end; -1"),
            .init("epsilon", "added to the variance; 1e-5"),
        ],
        results: [.init("y", "f32 of the shape of x")],
        constraints: [
            .init("C1", "x, and optionally scale and bias"),
            .init("C2", "x is f32, and its dimensions from `axis` on have numbers"),
            .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
            .init("C4", "scale and bias have the dimensions of x from `axis` on"),
        ],
        example: "norm1 = layer_norm(x)")

    public var axis: Int
    public var epsilon: Double

    /// What an epsilon may be.
    package static let epsilons = ChannelNormalization.epsilons

    public init(axis: Int = -1, epsilon: Double = 1e-5) {
        self.axis = axis
        self.epsilon = epsilon
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }
    public var attributes: [Attribute] { AxisAttribute.attributes(axis) + ChannelNormalization.attribute(epsilon) }

    public var rows: NormalizeRows { NormalizeRows(axis: axis, epsilon: epsilon) }
}
