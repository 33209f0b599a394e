/// Takes the Euclidean length along axes.
public struct ReduceL2: CompositeReduction {
    public static let name = "reduce_l2"
    public static let elementTypes = ElementTypeRule.floatingPoint
    public static let documentation = reduction(
        summary: "Takes the Euclidean length along axes.",
        details: "`y = √(Σ x²)` over the axes. Where that is 0, so is the gradient.",
        example: "length = reduce_l2(x, axes: [-1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let sum = try composer.emit(ReduceSumSquare(axes: axes, keep: keep), operands)
        return [try composer.emit(SquareRoot(), sum)]
    }

    /// `dx = dy · x / y`.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let scaled = try context.emit(
            Elementwise(.select(.operand(0) > 0, .operand(1) / .operand(0), 0)),
            [context.node.results[0], gradient], gradientOf: 0)
        let factors = try context.repeated(scaled, along: self)
        return [try context.emit(Multiply(), [context.node.operands[0], factors], gradientOf: 0)]
    }
}
