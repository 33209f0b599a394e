/// Numbers as integers of few bits.
public struct QuantizeLinear: CompositeOperator {
    public static let name = "quantize_linear"
    public static let documentation = OperatorDocumentation(
        summary: "Turns numbers into integers by a scale.",
        details: """
            `y = round(x / scale) + zero_point`, ties to even, and the end of the type's range where that is beyond it: \
            Jacob et al. (2018), equation 1, solved for q. Without a zero point it is 0. The gradient is 0.
            """,
        operands: [
            .init("x", "f32 of any shape"),
            .init("scale", "f32[], or f32[C] with one number for each place of the axis"),
            .init("zero_point", "of the result's type and the scale's shape; optional"),
        ],
        attributes: [
            .init("to", "the result's type, an integer; u8"),
            .init("axis", "the axis that a vector of scales follows; 1"),
        ],
        results: [.init("y", "of the type `to`, of the shape of x")],
        constraints: [
            .init("C1", "x of type f32, a scale, and optionally a zero point; `to` is an integer type"),
            .init("C2", "the scale is a number or a vector of type f32"),
            .init("C3", "the zero point has the result's type and the scale's shape"),
            .init("C4", "a vector has as many elements as the axis"),
        ],
        example: "codes = quantize_linear(x, x.scale, x.zero)")

    public var elementType: ElementType
    public var axis: Int

    public init(to elementType: ElementType = .u8, axis: Int = 1) {
        self.elementType = elementType
        self.axis = axis
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        elementType = try attributes.elementType("to", default: .u8)
        axis = try attributes.integer("axis", in: Quantization.axes, default: 1)
    }
    public var attributes: [Attribute] {
        (elementType == .u8 ? [] : [Attribute("to", .word(elementType.rawValue))])
            + (axis == 1 ? [] : [Attribute("axis", .integer(axis))])
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try OperandChecks(Self.name, operands).count("C1", 2...3, "x, a scale and a zero point")
        guard operands[0].elementType == .f32, elementType.isInteger else {
            throw ConstraintViolation(
                "C1", "\(name) turns f32 into integers, not \(operands[0]) into \(elementType.rawValue)",
                remedy: "give an f32 value and an integer type")
        }
        try Quantization.check(operands, name, axis: axis, zeroPoint: elementType)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let x = composer.type(of: operands[0])
        let scale = try Quantization.along(axis, operands[1], of: x, &composer)
        var quotient = Expression.unary(.round, .operand(0) / .operand(1))
        var sources = [operands[0], scale]
        if operands.count > 2 {
            sources.append(try Quantization.along(axis, operands[2], of: x, &composer))
            quotient = quotient + .operand(2)
        }
        let moved = try composer.emit(Elementwise(quotient), sources)
        return [try composer.emit(Cast(to: elementType), moved)]
    }
}
