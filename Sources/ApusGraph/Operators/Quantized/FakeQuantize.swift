/// Numbers rounded to those that integers of few bits stand for, with gradients to train by.
public struct FakeQuantize: ElementwiseOperator {
    public static let name = "fake_quantize"
    public static let documentation = OperatorDocumentation(
        summary: "Rounds numbers to those that integers of few bits stand for.",
        details: """
            `y = (q − zero) · scale` for the code `q = clip(round(x / scale) + zero, min, max)`, ties to even: the numbers, bit for bit, \
            that are left by quantize_linear and dequantize_linear with the same scale and zero point. A network that is trained with \
            them learns to do with codes. Weights take `min: -127, max: 127` and a scale for each output, values take codes from 0 to 255.

            The gradient is that of Esser et al. (2020), sections 2.1 and 2.3. To x it is that of y where the code is within `min` and \
            `max`, else 0 (the straight-through estimator). To the scale it is `round(x / scale) − x / scale` there, and beyond them \
            `min − zero` or `max − zero`: so a range becomes wider where what it cuts off matters more than what it rounds. Where Adam \
            trains the scale, let it be the exponential of a parameter: Adam's steps are about as large for all parameters, scales are \
            much smaller than weights, and they must stay above zero (Jain et al., 2020, appendix B).
            """,
        operands: [
            .init("x", "of a floating-point type, any shape"),
            .init(
                "scale",
                "what a step of the codes stands for, above zero; of a shape that can be broadcast to that of x"),
        ],
        attributes: [
            .init("zero", "the code that stands for zero; 0"), .init("min", "the least code; 0"),
            .init("max", "the largest code; 255"),
        ],
        results: [.init("y", "of the type and shape of x")],
        constraints: elementwiseConstraints + [
            .init("C3", "the scale is broadcast to x, not x to the scale"),
            .init("C4", "`zero` is from `min` to `max`, and these differ"),
        ],
        example: "rounded = fake_quantize(act1, act1.scale)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// The code that stands for zero.
    public var zero: Int
    /// The least and the largest code.
    public var minimum: Int
    public var maximum: Int

    public init(zero: Int = 0, minimum: Int = 0, maximum: Int = 255) {
        self.zero = zero
        self.minimum = minimum
        self.maximum = maximum
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        zero = try attributes.integer("zero", in: Self.codes, default: 0)
        minimum = try attributes.integer("min", in: Self.codes, default: 0)
        maximum = try attributes.integer("max", in: Self.codes, default: 255)
    }
    public var attributes: [Attribute] {
        (zero == 0 ? [] : [Attribute("zero", .integer(zero))])
            + (minimum == 0 ? [] : [Attribute("min", .integer(minimum))])
            + (maximum == 255 ? [] : [Attribute("max", .integer(maximum))])
    }

    /// Differences of two are whole numbers that single precision holds.
    private static let codes = -(1 << 22)...1 << 22

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let result = try inferElementwise(operands)
        guard result[0].type == operands[0] else {
            throw ConstraintViolation(
                "C3", "the scale \(operands[1]) would make \(result[0].type) of \(operands[0])",
                remedy: "give a scale of the shape of x, or with dimensions that are 1 or missing", at: .operand(1))
        }
        guard minimum < maximum, (minimum...maximum).contains(zero) else {
            throw ConstraintViolation(
                "C4", "codes from \(minimum) to \(maximum) with \(zero) for zero are no range",
                remedy: "let min be below max, and zero one of the codes", at: .attribute("zero"))
        }
        return result
    }

    /// In steps of the scale, of which zero is none.
    private var steps: Expression { .unary(.round, .operand(0) / .operand(1)) }
    private var limited: Expression {
        .minimum(.maximum(steps, .constant(Double(minimum - zero))), .constant(Double(maximum - zero)))
    }
    /// 1 where a number has a code of its own, 0 beyond the range.
    private var isWithin: Expression { .binary(.equal, limited, steps) }

    public var formula: Expression { limited * .operand(1) }

    /// The rules of calculus would say that rounded numbers don't move.
    public func derivative(of operand: Int) -> Expression {
        operand == 0 ? isWithin : .select(isWithin, steps - .operand(0) / .operand(1), limited)
    }
}
