/// The product along axes.
public struct ReduceProduct: PrimitiveReduction {
    public static let name = "reduce_prod"
    public static let elementTypes = ElementTypeRule.numeric
    public static let documentation = reduction(
        summary: "Multiplies along axes.",
        details: "`y = Π x` over the axes. Integers wrap around.",
        example: "volume = reduce_prod(sizes, axes: [-1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    /// The gradient of an element is the product of the others: the product of all that are not 0, over the element where none
    /// is 0. Where one is, only that one has a gradient; where more are, none.
    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        guard let elements = operands[0]?.elements, types[0].rank == 1 else { return [nil] }
        let product = elements.reduce(.fixed(1), *)
        return [keep ? KnownIntegers([product]) : KnownIntegers(scalar: product)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let x = context.node.operands[0]
        let isZero = Expression.binary(.equal, .operand(0), 0)
        let zeros = try context.emit(Elementwise(.select(isZero, 1, 0)), [x], gradientOf: 0)
        let count = try context.emit(ReduceSum(axes: axes, keep: keep), [zeros], gradientOf: 0)
        let others = try context.emit(Elementwise(.select(isZero, 1, .operand(0))), [x], gradientOf: 0)
        let product = try context.emit(ReduceProduct(axes: axes, keep: keep), [others], gradientOf: 0)
        let scaled = try context.emit(Multiply(), [product, gradient], gradientOf: 0)
        let operands = [x, try context.repeated(count, along: self), try context.repeated(scaled, along: self)]
        let ofZero = Expression.select(.binary(.equal, .operand(1), 1), .operand(2), 0)
        let ofOthers = Expression.select(.operand(1) > 0, 0, .operand(2) / .operand(0))
        return [try context.emit(Elementwise(.select(isZero, ofZero, ofOthers)), operands, gradientOf: 0)]
    }

    public func reduce(_ elements: [Double]) -> Double { elements.reduce(1, *) }
    public func reduce(_ elements: [Int]) -> Int { elements.reduce(1, &*) }
}
