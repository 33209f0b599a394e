/// One half of a value, weighted by what the other half says.
public struct GatedLinearUnit: CompositeOperator {
    public static let name = "glu"
    public static let documentation = OperatorDocumentation(
        summary: "Weights the first half along an axis by the logistic function of the second half.",
        details: "`y = a · σ(b)`, where x is a followed by b: Dauphin et al. (2017), equation 1.",
        operands: [.init("x", "of a floating-point type, at least one dimension")],
        attributes: [AxisAttribute.entry],
        results: [.init("y", "of the type of x, half as long along the axis")],
        constraints: [
            .init("C1", "one operand of a floating-point type"), .init("C2", "`axis` is an axis of x"),
            .init("C3", "the dimension along the axis is even"),
        ],
        example: "gated = glu(projected)")

    public var axis: Int

    public init(axis: Int = -1) { self.axis = axis }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
    }
    public var attributes: [Attribute] { AxisAttribute.attributes(axis) }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let axis = try SoftmaxAxis.check(operands, name, axis: axis)
        let length = operands[0].dimensions[axis]
        guard let halves = halves.sizes(of: length), halves[0] == halves[1] else {
            throw ConstraintViolation(
                "C3", "\(name) can't halve dimension \(axis) of \(operands[0])",
                remedy: "give it twice as many numbers as should come out", at: .operand(0))
        }
    }

    private var halves: Split { Split(axis: axis, parts: 2) }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let halves = try composer.emitAll(halves, operands)
        return [try composer.emit(.operand(0) * .logistic(.operand(1)), halves[0], halves[1])]
    }
}
