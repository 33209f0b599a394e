/// Each group of channels of a sample brought to mean 0 and variance 1, then scaled by channel.
public struct GroupNorm: ScaledNormalization {
    public static let name = "group_norm"
    public static let documentation = OperatorDocumentation(
        summary: "Normalizes groups of channels of each sample, and scales each channel.",
        details: """
            `y = (x − mean) / sqrt(variance + epsilon) · scale + bias`, with mean and (biased) variance of each group of \
            neighbouring channels in each sample: Wu and He (2018), section 3.
            """,
        operands: [
            .init("x", "f32[N, C, ...]"), .init("scale", "f32[C]; trained, 1 at first"),
            .init("bias", "f32[C]; trained, 0 at first"),
        ],
        attributes: [
            .init("groups", "the number of groups"), .init("epsilon", "added to the variance; 1e-5"),
        ],
        results: [.init("y", "f32 of the shape of x")],
        constraints: [
            .init("C1", "x, and optionally scale and bias"),
            .init("C2", "x is f32[N, C, ...] with numbers after the first dimension"),
            .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
            .init("C4", "scale and bias are f32[C]"),
            .init("C5", "`groups` divides C"),
        ],
        example: "norm1 = group_norm(conv1, groups: 8)")

    public var groups: Int
    public var epsilon: Double

    public init(groups: Int, epsilon: Double = 1e-5) {
        self.groups = groups
        self.epsilon = epsilon
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        groups = try attributes.integer("groups", in: AttributeRange.channels)
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }
    public var attributes: [Attribute] {
        [Attribute("groups", .integer(groups))] + ChannelNormalization.attribute(epsilon)
    }

    public var rows: NormalizeRows { NormalizeRows(axis: 1, groups: groups, epsilon: epsilon) }

    public func checkShape(_ x: TensorType) throws(ConstraintViolation) {
        guard x.rank >= 2, let channels = x.dimensions[1].number else { return }
        guard groups >= 1, channels % groups == 0 else {
            throw ConstraintViolation(
                "C5", "the \(channels) channels of \(x) can't be split into \(groups) groups",
                remedy: "give a number that divides \(channels)", at: .attribute("groups"))
        }
    }
}
