/// One step of a running statistic.
package struct MovingAverage: Operator {
    public static let name = "moving_average"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Moves a running statistic towards a batch's.",
        details: "`y = (1 − momentum) · old + momentum · new`.",
        operands: [.init("old", "the running statistic"), .init("new", "the batch's")],
        attributes: [.init("momentum", "the weight of the new; 0.1")],
        results: [.init("y", "f32 of the same shape")],
        constraints: [.init("C1", "two operands of element type f32 and of one shape")],
        example: "norm1.mean.next = moving_average(norm1.mean, norm1.mean.now)")

    public var momentum: Double
    public init(momentum: Double = 0.1) { self.momentum = momentum }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        momentum = try attributes.number("momentum", in: 0...1, default: 0.1)
    }
    public var attributes: [Attribute] { momentum == 0.1 ? [] : [Attribute("momentum", .number(momentum))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try elementwiseType(operands, count: 2, of: Self.name)]
    }

    public var expression: Expression? {
        .constant(1 - momentum) * .operand(0) + .constant(momentum) * .operand(1)
    }
}
