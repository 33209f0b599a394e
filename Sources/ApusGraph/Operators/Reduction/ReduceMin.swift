/// The smallest element along axes.
public struct ReduceMin: PrimitiveReduction {
    public static let name = "reduce_min"
    public static let elementTypes = ElementTypeRule.numeric
    public static let documentation = reduction(
        summary: "Takes the smallest element along axes.",
        details:
            "Not-a-number anywhere is the result. Where several elements are equal they share the gradient evenly.",
        example: "limit = reduce_min(x, axes: [-1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        try extremumGradient(&context)
    }

    public func reduce(_ elements: [Double]) -> Double {
        elements.dropFirst().reduce(elements[0]) { Expression.Binary.minimum.apply($0, $1) }
    }
    public func reduce(_ elements: [Int]) -> Int {
        elements.dropFirst().reduce(elements[0]) { Expression.Binary.minimum.apply($0, $1) }
    }
}
