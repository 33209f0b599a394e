/// Lines along an axis divided by their length.
public struct LpNormalization: CompositeOperator {
    public static let name = "lp_normalization"
    public static let documentation = OperatorDocumentation(
        summary: "Divides each line along an axis by its length.",
        details:
            "`y = x / ‖x‖`, with the sum of absolute values (`p: 1`) or the Euclidean length. A line of zeros stays so.",
        operands: [.init("x", "of a floating-point type, at least one dimension")],
        attributes: [AxisAttribute.entry, .init("p", "1 or 2: which length; 2")],
        results: [.init("y", "of the type and shape of x")],
        constraints: SoftmaxAxis.constraints,
        example: "direction = lp_normalization(embedding)")

    public var axis: Int
    public var p: Int

    public init(axis: Int = -1, p: Int = 2) {
        self.axis = axis
        self.p = p
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
        p = try attributes.integer("p", in: 1...2, default: 2)
    }
    public var attributes: [Attribute] {
        AxisAttribute.attributes(axis) + (p == 2 ? [] : [Attribute("p", .integer(p))])
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        _ = try SoftmaxAxis.check(operands, name, axis: axis)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let length =
            p == 1
            ? try composer.emit(ReduceL1(axes: [axis], keep: true), operands)
            : try composer.emit(ReduceL2(axes: [axis], keep: true), operands)
        return [
            try composer.emit(
                .select(.operand(1) > 0, .operand(0) / .operand(1), .operand(0)), operands[0], length)
        ]
    }
}
