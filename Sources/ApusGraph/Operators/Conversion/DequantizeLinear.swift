/// Integers of few bits as the numbers that they stand for.
public struct DequantizeLinear: CompositeOperator {
    public static let name = "dequantize_linear"
    public static let documentation = OperatorDocumentation(
        summary: "Turns integers into numbers by a scale.",
        details: """
            `y = (x − zero_point) · scale`: Jacob et al. (2018), equation 1. Without a zero point it is 0. The scale has a \
            gradient. With a `block` each so many elements along the axis have a scale and a zero point of their own; the last of \
            them may be fewer.
            """,
        operands: [
            .init("x", "of an integer type, any shape"),
            .init(
                "scale",
                "f32[], or f32[C] with one number for each place of the axis; with a `block` f32 of the shape of x, but for the "
                    + "axis, which has ceil(C / block) numbers"),
            .init("zero_point", "of the type of x and the scale's shape; optional"),
        ],
        attributes: [
            .init("axis", "the axis that a vector of scales follows, or that blocks lie along; 1"),
            .init("block", "elements along the axis that have a scale in common; without it there are no blocks"),
        ],
        results: [.init("y", "f32 of the shape of x")],
        constraints: [
            .init("C1", "x of an integer type, a scale, and optionally a zero point"),
            .init("C2", "the scale is of type f32; without a `block` it is a number or a vector"),
            .init("C3", "the zero point has the type of x and the scale's shape"),
            .init("C4", "a vector has as many elements as the axis"),
            .init("C5", "with a `block` the scale has a number for each, and else the dimensions of x"),
        ],
        example: "weight = dequantize_linear(codes, codes.scale, axis: 0)")

    public var axis: Int
    /// Elements along the axis that have a scale in common; 0 where there are no blocks.
    public var block: Int

    public init(axis: Int = 1, block: Int = 0) {
        self.axis = axis
        self.block = block
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: Quantization.axes, default: 1)
        block = try attributes.integer("block", in: AttributeRange.channels, default: 0)
    }
    public var attributes: [Attribute] {
        (axis == 1 ? [] : [Attribute("axis", .integer(axis))])
            + (block == 0 ? [] : [Attribute("block", .integer(block))])
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try OperandChecks(Self.name, operands).count("C1", 2...3, "x, a scale and a zero point")
        guard operands[0].elementType.isInteger else {
            throw ConstraintViolation(
                "C1", "\(name) works on integers, not on \(operands[0])", remedy: "quantize it first", at: .operand(0))
        }
        try Quantization.check(operands, name, axis: axis, block: block, zeroPoint: operands[0].elementType)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let type = composer.type(of: operands[0])
        let scale = try Quantization.along(axis, block: block, operands[1], of: type, &composer)
        let x = try composer.emit(Cast(to: .f32), operands[0])
        guard operands.count > 2 else { return [try composer.emit(.operand(0) * .operand(1), x, scale)] }
        let zero = try Quantization.along(axis, block: block, operands[2], of: type, &composer)
        return [try composer.emit((.operand(0) - .operand(2)) * .operand(1), x, scale, zero)]
    }
}
