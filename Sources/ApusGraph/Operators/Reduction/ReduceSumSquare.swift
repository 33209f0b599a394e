/// Sums squares along axes.
public struct ReduceSumSquare: CompositeReduction {
    public static let name = "reduce_sum_square"
    public static let elementTypes = ElementTypeRule.numeric
    public static let documentation = reduction(
        summary: "Sums squares along axes.",
        details: "`y = Σ x²` over the axes.",
        example: "energy = reduce_sum_square(x, axes: [-1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let squares = try composer.emit(Multiply(), operands[0], operands[0])
        return [try composer.emit(ReduceSum(axes: axes, keep: keep), squares)]
    }
}
