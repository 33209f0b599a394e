/// Means over axes.
public struct ReduceMean: PrimitiveReduction {
    public static let name = "reduce_mean"
    public static let elementTypes = ElementTypeRule.floatingPoint
    public static let documentation = reduction(
        summary: "Takes means over axes.",
        details: "`y = Σ x / M` over the axes, which have M places together.",
        example: "means = reduce_mean(x, axes: [2, 3])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [
            try context.emit(
                ReduceMeanGradient(axes: axes, keep: keep), [gradient, context.node.operands[0]], gradientOf: 0)
        ]
    }

    public func reduce(_ elements: [Double]) -> Double { elements.reduce(0, +) / Double(elements.count) }
}

/// The gradient of ``ReduceMean``.
package struct ReduceMeanGradient: Operator {
    public static let name = "reduce_mean_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of reduce_mean.",
        details: "`dx = dy / M`, repeated along the axes, which have M places together.",
        operands: [
            .init("dy", "the gradient of the mean"), .init("x", "the operand of reduce_mean; only its shape counts"),
        ],
        attributes: RepeatAlong.documentation.attributes,
        results: [.init("dx", "of the type and shape of x")],
        constraints: RepeatAlong.documentation.constraints,
        example: "x.gradient = reduce_mean_gradient(means.gradient, x, axes: [1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let own = try ReduceSum(attributes: &attributes)
        self.init(axes: own.axes, keep: own.keep)
    }
    public var attributes: [Attribute] { ReduceSum(axes: axes, keep: keep).attributes }

    /// The numbers of the axes of a value x of this rank, from 0 and in rising order.
    public func axisNumbers(rank: Int) -> [Int] { ReduceSum(axes: axes, keep: keep).axisNumbers(rank: rank) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try RepeatAlong(axes: axes, keep: keep).infer(operands)
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        !ReduceSum(axes: axes, keep: keep).reducesBatch(operands[1])
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let count = Double(operands[1].count) / Double(operands[0].count)
        var dx = RepeatAlong(axes: axes, keep: keep).evaluate(operands, results: results, context: context)[0]
        for index in dx.elements.indices { dx.elements[index] /= count }
        return [dx]
    }
}
