/// Which elements normalize_rows brings to one mean and deviation, and which scale each has.
///
/// A row is all that lies behind the dimensions before `axis`; with `groups`, the channels, the dimension at `axis`, are split into
/// so many rows. Without groups each place of a row has a scale of its own; with groups each channel.
struct RowNormalization {
    var axis: Int
    /// 0: the channels are not split.
    var groups: Int
    /// Whether the mean is taken away.
    var isCentered: Bool
    var epsilon: Double

    static let attributes: [OperatorDocumentation.Entry] = [
        .init("axis", "the first dimension of a row, negative from the end; -1"),
        .init(
            "groups",
            "into how many rows the dimension at the axis is split, each of its places with one scale; not split"),
        .init("centered", "whether the mean is taken away; true"),
        .init("epsilon", "added to the variance; 1e-5"),
    ]
    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "as many operands as listed"),
        .init("C2", "x is f32, and the dimensions from `axis` on have numbers"),
        .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
        .init("C4", "`groups` divides the dimension at `axis`"),
        .init("C5", "scale and bias have the dimensions of x from `axis` on; with groups, only the one at `axis`"),
    ]

    init(axis: Int, groups: Int = 0, isCentered: Bool = true, epsilon: Double = 1e-5) {
        self.axis = axis
        self.groups = groups
        self.isCentered = isCentered
        self.epsilon = epsilon
    }

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
        groups = try attributes.integer("groups", in: 0...AttributeRange.channels.upperBound, default: 0)
        isCentered = try attributes.boolean("centered", default: true)
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }

    var attributes: [Attribute] {
        AxisAttribute.attributes(axis) + (groups == 0 ? [] : [Attribute("groups", .integer(groups))])
            + (isCentered ? [] : [Attribute("centered", .boolean(false))]) + ChannelNormalization.attribute(epsilon)
    }

    /// The types of a call's parts: C2, C3 and C4 are checked.
    func types(of x: TensorType, _ name: String) throws(ConstraintViolation) -> RowTypes {
        guard x.elementType == .f32, let first = axisNumber(axis, rank: x.rank),
            let shape = TensorType(.f32, Array(x.dimensions[first...])).shape
        else {
            throw ConstraintViolation(
                "C2", "\(name) works on f32 with numbers from axis \(axis) on, not on \(x)",
                remedy: "give it such a value, f32[N, C] for instance", at: .operand(0))
        }
        try ChannelNormalization.check(epsilon)
        guard groups >= 0, groups == 0 || shape[0] % groups == 0 else {
            throw ConstraintViolation(
                "C4", "the \(shape[0]) channels of \(x) can't be split into \(groups) groups",
                remedy: "give a number that divides \(shape[0])", at: .attribute("groups"))
        }
        let rows = Array(x.dimensions[..<first]) + (groups == 0 ? [] : [.fixed(groups)])
        return RowTypes(
            scale: TensorType(.f32, shape: groups == 0 ? shape : [shape[0]]), statistic: TensorType(.f32, rows))
    }

    /// The layout of a tensor's rows.
    func layout(_ shape: [Int]) -> RowLayout {
        let first = axis < 0 ? axis + shape.count : axis
        let elements = shape[first...].reduce(1, *)
        return groups == 0
            ? RowLayout(count: elements, groups: 1, channels: elements, spatial: 1)
            : RowLayout(
                count: elements / groups, groups: groups, channels: shape[first] / groups,
                spatial: elements / shape[first])
    }
}

/// The types of what belongs to normalized rows.
struct RowTypes {
    /// Of scale and bias.
    var scale: TensorType
    /// Of the mean and of the inverse deviation: one number for each row.
    var statistic: TensorType
}

/// How the rows of a tensor lie: each has `count = channels · spatial` elements side by side, and element e of row r the scale
/// `(r mod groups) · channels + e / spatial`.
struct RowLayout {
    var count: Int
    var groups: Int
    var channels: Int
    var spatial: Int

    func row(_ index: Int) -> Int { index / count }
    func scale(_ index: Int) -> Int { index / count % groups * channels + index % count / spatial }
}
