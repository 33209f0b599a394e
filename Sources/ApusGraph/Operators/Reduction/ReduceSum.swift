/// Sums over axes.
public struct ReduceSum: PrimitiveReduction {
    public static let name = "reduce_sum"
    public static let elementTypes = ElementTypeRule.numeric
    public static let documentation = reduction(
        summary: "Sums over axes.",
        details: "`y = Σ x` over the axes. It is also the gradient of broadcasting. Integers wrap around.",
        example: "total = reduce_sum(x, axes: [1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    /// A sum over all samples is added to sample by sample.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { true }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.repeated(gradient, along: self)]
    }

    public func reduce(_ elements: [Double]) -> Double { elements.reduce(0, +) }
    public func reduce(_ elements: [Int]) -> Int { elements.reduce(0, &+) }
}
