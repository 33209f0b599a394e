import Glibc

/// The logarithm of the sum of exponentials along axes.
public struct ReduceLogSumExp: PrimitiveReduction {
    public static let name = "reduce_log_sum_exp"
    public static let elementTypes = ElementTypeRule.floatingPoint
    public static let documentation = reduction(
        summary: "Takes the logarithm of the sum of exponentials along axes.",
        details: "`y = m + ln Σ e^(x − m)` with the largest element m, so that nothing overflows.",
        example: "normalizer = reduce_log_sum_exp(logits, axes: [-1], keep: true)")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    /// `dx = dy · e^(x − y)`. Where all elements are −∞ none of them has a gradient.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let operands = [
            context.node.operands[0], try context.repeated(context.node.results[0], along: self),
            try context.repeated(gradient, along: self),
        ]
        let share = Expression.exponential(.operand(0) - .operand(1))
        let formula = Expression.select(
            .binary(.equal, .operand(0), .constant(-.infinity)), 0, .operand(2) * share)
        return [try context.emit(Elementwise(formula), operands, gradientOf: 0)]
    }

    public func reduce(_ elements: [Double]) -> Double {
        let maximum = elements.dropFirst().reduce(elements[0]) { Expression.Binary.maximum.apply($0, $1) }
        guard maximum.isFinite else { return maximum }
        return maximum + log(elements.reduce(0) { $0 + exp($1 - maximum) })
    }
}
