/// A reduced value, repeated over what it was reduced from.
package struct RepeatAlong: Operator {
    public static let name = "repeat_along"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Repeats a reduced value along the axes that it was reduced over: the gradient of reduce_sum.",
        details: "Each element of the result is the one that the element of `x` at its place was reduced to.",
        operands: [
            .init("y", "of a floating-point type and of the shape that the reduction of x has"),
            .init("x", "of the same type; only its shape counts"),
        ],
        attributes: [
            .init("axes", "the axes of the reduction, negative ones counted from the end; all axes"),
            .init("keep", "whether y has these axes, as dimensions of 1; false"),
        ],
        results: [.init("z", "of the type and shape of x")],
        constraints: [
            .init("C1", "two operands of one floating-point type"), .init("C2", "`axes` are different axes of x"),
            .init("C3", "y has the shape of the reduction's result"),
        ],
        example: "x.gradient = repeat_along(sum.gradient, x, axes: [1])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int] = [], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let reduction = try ReduceSum(attributes: &attributes)
        self.init(axes: reduction.axes, keep: reduction.keep)
    }
    public var attributes: [Attribute] { reduction.attributes }

    private var reduction: ReduceSum { ReduceSum(axes: axes, keep: keep) }

    /// The numbers of the axes of a value x of this rank, from 0 and in rising order.
    public func axisNumbers(rank: Int) -> [Int] { reduction.axisNumbers(rank: rank) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2)
        guard ElementTypeRule.floatingPoint.result(operands.map(\.elementType)) != nil else {
            throw ConstraintViolation(
                "C1", "\(name) can't work on \(operands[0]) and \(operands[1])",
                remedy: "give it two operands of one floating-point type")
        }
        _ = try checks.axes("C2", axes, of: 1)
        let expected = try reduction.inferReduction([operands[1]]).type
        try checks.match("C3", 0, expected, "the reduced value")
        return [InferredType(operands[1])]
    }

    /// What all samples were reduced to is the same for each of them.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { true }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let kept = reduction.keptShape(results[0])
        return [operands[0].picking(broadcastOffsets(kept, to: results[0]), shape: results[0])]
    }
}
