/// The p-norm of each window, over one to three dimensions.
public struct LpPool: CompositeOperator {
    public static let name = "lp_pool"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the p-norm of each window.",
        details: "`y = (Σ |x|^p)^(1/p)` over the places of the window; what is padded counts as zero.",
        operands: [.init("x", "f32[N, C, ...] with one to three dimensions behind the channels")],
        attributes: SpatialPool.attributeDocumentation + [.init("p", "the norm's power, 1 or more; 2")],
        results: [.init("y", "f32[N, C, windows...]")],
        constraints: SpatialPool.constraints + [.init("C6", "`p` is at least 1")],
        example: "energy = lp_pool(features, window: [2, 2], p: 2)")

    var window: SpatialWindow
    public var p: Double

    public init(window: [Int], stride: [Int]? = nil, padding: [Int]? = nil, ceil: Bool = false, p: Double = 2) {
        self.window = SpatialWindow(size: window, stride: stride ?? window, before: padding)
        self.window.ceils = ceil
        self.p = p
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        guard let size = try attributes.integers("window"), (1...3).contains(size.count) else {
            throw AttributeError(
                attribute: "window", message: "lp_pool needs 'window', of one to three numbers",
                remedy: "add 'window:' with a number for each dimension")
        }
        window = try SpatialWindow(&attributes, rank: size.count, word: "window", strideIsSize: true)
        window.ceils = try attributes.boolean("ceil", default: false)
        p = try attributes.number("p", in: 1...1e6, default: 2)
    }
    public var attributes: [Attribute] {
        SpatialPool(.average, window: window).attributes + (p == 2 ? [] : [Attribute("p", .number(p))])
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try SpatialPool(.average, window: window).check(operands, Self.name, rank: 1...3)
        guard p >= 1, p.isFinite else {
            throw ConstraintViolation("C6", "\(p) is no power of a norm", remedy: "give 1 or more", at: .attribute("p"))
        }
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let magnitude = Expression.unary(.absolute, .operand(0))
        let powers = try composer.emit(
            p == 1 ? magnitude : p == 2 ? .operand(0) * .operand(0) : .binary(.power, magnitude, .constant(p)),
            operands[0])
        // Zeros all around, so that every window is whole and the mean times its size is the sum.
        let type = composer.type(of: powers)
        let extents = type.dimensions.dropFirst(2).map { $0.number ?? 0 }
        let after = extents.indices.map { window.after[$0] + window.overhang($0, input: extents[$0]) }
        let padded = try composer.emit(Pad(before: [0, 0] + window.before, after: [0, 0] + after), powers)
        var plain = SpatialWindow(size: window.size, stride: window.stride)
        plain.ceils = false
        let means = try SpatialPool(.average, window: plain).compose(&composer, padded)
        let sum = Expression.operand(0) * .constant(Double(window.size.reduce(1, *)))
        // The root has no slope at zero, where the norm has its corner: its gradient is 0 there, as the norm's of a zero vector.
        let root: Expression = p == 2 ? .squareRoot(sum) : .binary(.power, sum, .constant(1 / p))
        return [try composer.emit(p == 1 ? sum : .select(.operand(0) > 0, root, 0), means)]
    }
}
