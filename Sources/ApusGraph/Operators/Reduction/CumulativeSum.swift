/// Sums of all elements up to each along an axis.
public struct CumulativeSum: Operator {
    public static let name = "cumsum"
    public static let documentation = OperatorDocumentation(
        summary: "Sums all elements up to each one along an axis.",
        details: """
            `y[i] = x[0] + … + x[i]` along the axis; `exclusive` leaves out `x[i]`, and `reverse` begins at the end. Integers \
            wrap around.
            """,
        operands: [.init("x", "of any type of numbers, at least one dimension")],
        attributes: [
            AxisAttribute.entry, .init("exclusive", "whether an element is left out of its own sum; false"),
            .init("reverse", "whether the sums begin at the end; false"),
        ],
        results: [.init("y", "of the type and shape of x")],
        constraints: [.init("C1", "one operand of a type of numbers"), .init("C2", "`axis` is an axis of x")],
        example: "level = cumsum(steps)")

    public var axis: Int
    public var exclusive: Bool
    public var reverse: Bool

    public init(axis: Int = -1, exclusive: Bool = false, reverse: Bool = false) {
        self.axis = axis
        self.exclusive = exclusive
        self.reverse = reverse
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
        exclusive = try attributes.boolean("exclusive", default: false)
        reverse = try attributes.boolean("reverse", default: false)
    }
    public var attributes: [Attribute] {
        AxisAttribute.attributes(axis) + (exclusive ? [Attribute("exclusive", .boolean(true))] : [])
            + (reverse ? [Attribute("reverse", .boolean(true))] : [])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1)
        guard operands[0].elementType != .bool else {
            throw ConstraintViolation(
                "C1", "\(name) can't work on \(operands[0])", remedy: "give it numbers, or cast it", at: .operand(0))
        }
        _ = try checks.axis("C2", axis)
        return [InferredType(operands[0])]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        ApusGraph.keepsSamplesApart(operands[0], along: axis)
    }

    /// Each element is in the sums from its own on: sums from the other end.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let back = CumulativeSum(axis: axis, exclusive: exclusive, reverse: !reverse)
        return [try context.emit(back, [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let x = operands[0]
        let type = x.elementType
        if type.isFloatingPoint { return [x.mapLines(along: axis) { sums($0, zero: 0, +) }] }
        let source = x.integers
        var result = source
        for line in x.lines(along: axis) {
            let values = sums(line.map { source[$0] }[...], zero: 0) { type.wrapped($0 &+ $1) }
            for (offset, element) in zip(line, values) { result[offset] = element }
        }
        return [Tensor(type, shape: x.shape, integers: result)]
    }

    private func sums<Number>(
        _ line: ArraySlice<Number>, zero: Number, _ add: (Number, Number) -> Number
    ) -> [Number] {
        var sum = zero
        let ordered = reverse ? Array(line.reversed()) : Array(line)
        let sums = ordered.map { element in
            let before = sum
            sum = add(sum, element)
            return exclusive ? before : sum
        }
        return reverse ? sums.reversed() : sums
    }
}
