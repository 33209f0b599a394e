/// Sums absolute values along axes.
public struct ReduceL1: CompositeReduction {
    public static let name = "reduce_l1"
    public static let elementTypes = ElementTypeRule.numeric
    public static let documentation = reduction(
        summary: "Sums absolute values along axes.",
        details: "`y = Σ |x|` over the axes.",
        example: "size = reduce_l1(x, axes: [-1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let sizes = try composer.emit(Absolute(), operands)
        return [try composer.emit(ReduceSum(axes: axes, keep: keep), sizes)]
    }
}
