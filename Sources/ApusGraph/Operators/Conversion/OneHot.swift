/// Vectors with one place marked from numbers of places.
public struct OneHot: Operator {
    public static let name = "one_hot"
    public static let documentation = OperatorDocumentation(
        summary: "Makes a vector with one place marked from each index.",
        details: """
            The result has `on` where its number along the new axis is the index, and `off` elsewhere. An index from -depth to \
            -1 counts from the end; one beyond marks nothing. The gradient is 0.
            """,
        operands: [.init("indices", "of an integer type, any shape")],
        attributes: [
            .init("depth", "the number of places"),
            .init("axis", "where the new axis is in the result, negative from the end; -1"),
            .init("on", "what the marked place has; 1"), .init("off", "what all others have; 0"),
            .init("to", "the result's element type; f32"),
        ],
        results: [.init("y", "of the type `to`, of the shape of the indices with the new axis")],
        constraints: [
            .init("C1", "one operand of an integer type"), .init("C2", "`depth` is at least 1"),
            .init("C3", "`axis` is an axis of the result"),
        ],
        example: "marks = one_hot(labels, depth: 10)")

    public var depth: Int
    public var axis: Int
    public var on: Double
    public var off: Double
    public var elementType: ElementType

    public init(depth: Int, axis: Int = -1, on: Double = 1, off: Double = 0, to elementType: ElementType = .f32) {
        self.depth = depth
        self.axis = axis
        self.on = on
        self.off = off
        self.elementType = elementType
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        depth = try attributes.integer("depth", in: AttributeRange.channels)
        axis = try AxisAttribute.read(&attributes)
        let numbers = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        on = try attributes.number("on", in: numbers, default: 1)
        off = try attributes.number("off", in: numbers, default: 0)
        elementType = try attributes.elementType("to", default: .f32)
    }
    public var attributes: [Attribute] {
        [Attribute("depth", .integer(depth))] + AxisAttribute.attributes(axis)
            + (on == 1 ? [] : [Attribute("on", .number(on))]) + (off == 0 ? [] : [Attribute("off", .number(off))])
            + (elementType == .f32 ? [] : [Attribute("to", .word(elementType.rawValue))])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1)
        guard operands[0].elementType.isInteger else {
            throw ConstraintViolation(
                "C1", "the indices of one_hot are \(operands[0])", remedy: "give whole numbers, i64 for instance",
                at: .operand(0))
        }
        guard depth >= 1 else {
            throw ConstraintViolation(
                "C2", "one_hot can't mark one of \(depth) places", remedy: "give a depth from 1 on",
                at: .attribute("depth"))
        }
        var dimensions = operands[0].dimensions
        dimensions.insert(.fixed(depth), at: try checks.axis("C3", axis, rank: operands[0].rank + 1))
        return [InferredType(TensorType(elementType, dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        !operands[0].isBatched || axisNumber(axis, rank: operands[0].rank + 1) != 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] { [nil] }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        var y = Tensor(shape: results[0], repeating: off)
        for (line, index) in zip(y.lines(along: axis), operands[0].integers) {
            let place = index < 0 ? index + depth : index
            if (0..<depth).contains(place) { y.elements[line[place]] = on }
        }
        return [Tensor(elementType, shape: y.shape, elements: y.elements).converted(to: elementType)]
    }
}
