/// One at the largest element along an axis, zero elsewhere.
public struct Hardmax: CompositeOperator {
    public static let name = "hardmax"
    public static let documentation = OperatorDocumentation(
        summary: "Marks the largest element along an axis by 1, and all others by 0.",
        details: "Of several equal elements the first is marked. The gradient is 0.",
        operands: [.init("x", "of a floating-point type, at least one dimension")],
        attributes: [AxisAttribute.entry],
        results: [.init("y", "of the type and shape of x")],
        constraints: [
            .init("C1", "one operand of a floating-point type"), .init("C2", "`axis` is an axis of x"),
            .init("C3", "the axis has a number"),
        ],
        example: "choice = hardmax(scores)")

    public var axis: Int

    public init(axis: Int = -1) { self.axis = axis }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
    }
    public var attributes: [Attribute] { AxisAttribute.attributes(axis) }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let number = try SoftmaxAxis.check(operands, name, axis: axis)
        guard operands[0].dimensions[number].number != nil else {
            throw ConstraintViolation(
                "C3", "axis \(axis) of \(operands[0]) has no number", remedy: "set its symbols, for instance T=100",
                at: .operand(0))
        }
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let x = composer.type(of: operands[0])
        let depth = axisNumber(axis, rank: x.rank).flatMap { x.dimensions[$0].number } ?? 1
        let place = try composer.emit(ArgMax(axis: axis), operands)
        return [try composer.emit(OneHot(depth: depth, axis: axis, to: x.elementType), place)]
    }
}
