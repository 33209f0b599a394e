/// Each row divided by its root mean square, then scaled.
public struct RootMeanSquareNorm: ScaledNormalization {
    public static let name = "rms_norm"
    public static let documentation = OperatorDocumentation(
        summary: "Divides each row by its root mean square, and scales it.",
        details: """
            `y = x / sqrt(mean(x²) + epsilon) · scale`, with the mean over all elements that lie behind the dimensions before \
            `axis`: Zhang and Sennrich (2019), section 3.
            """,
        operands: [
            .init("x", "f32"), .init("scale", "f32 with the dimensions of x from `axis` on; trained, 1 at first"),
        ],
        attributes: LayerNorm.documentation.attributes,
        results: [.init("y", "f32 of the shape of x")],
        constraints: [
            .init("C1", "x, and optionally a scale"),
            .init("C2", "x is f32, and its dimensions from `axis` on have numbers"),
            .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
            .init("C4", "the scale has the dimensions of x from `axis` on"),
        ],
        example: "norm1 = rms_norm(x)")

    public var axis: Int
    public var epsilon: Double

    public init(axis: Int = -1, epsilon: Double = 1e-5) {
        self.axis = axis
        self.epsilon = epsilon
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }
    public var attributes: [Attribute] { AxisAttribute.attributes(axis) + ChannelNormalization.attribute(epsilon) }

    public var rows: NormalizeRows { NormalizeRows(axis: axis, isCentered: false, epsilon: epsilon) }
}
