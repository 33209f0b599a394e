/// Takes the logarithm of the sum along axes.
public struct ReduceLogSum: CompositeReduction {
    public static let name = "reduce_log_sum"
    public static let elementTypes = ElementTypeRule.floatingPoint
    public static let documentation = reduction(
        summary: "Takes the logarithm of the sum along axes.",
        details: "`y = ln Σ x` over the axes.",
        example: "surprise = reduce_log_sum(p, axes: [-1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let sum = try composer.emit(ReduceSum(axes: axes, keep: keep), operands)
        return [try composer.emit(Logarithm(), sum)]
    }
}
