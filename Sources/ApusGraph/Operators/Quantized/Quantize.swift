/// Numbers as bytes, by one scale and zero for all of them.
package struct Quantize: Operator {
    public static let name = "quantize"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Turns numbers into bytes by one scale.",
        details: "`y = round(x / scale) + zero`, ties to even, and 0 or 255 beyond them: quantize_linear with numbers.",
        operands: [.init("x", "f32 of any shape")],
        attributes: [
            .init("scale", "what a step of the bytes stands for, above zero"),
            .init("zero", "the byte that stands for zero; 0"),
        ],
        results: [.init("y", "u8 of the shape of x")],
        constraints: [.init("C1", "one operand, f32"), .init("C2", "`scale` is above zero, `zero` from 0 to 255")],
        example: "codes = quantize(image, scale: 0.00392156862745098)")

    public var scale: Double
    public var zero: Int

    public init(scale: Double, zero: Int = 0) {
        self.scale = scale
        self.zero = zero
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        scale = try attributes.number("scale", in: AttributeRange.single)
        zero = try attributes.integer("zero", in: 0...255, default: 0)
    }
    public var attributes: [Attribute] { Self.attributes(scale: scale, zero: zero) }

    static func attributes(scale: Double, zero: Int) -> [Attribute] {
        [Attribute("scale", .number(scale))] + (zero == 0 ? [] : [Attribute("zero", .integer(zero))])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try Self.check(operands, .f32, name, scale: scale, zero: zero)
        return [InferredType(TensorType(.u8, operands[0].dimensions))]
    }

    static func check(
        _ operands: [TensorType], _ type: ElementType, _ name: String, scale: Double, zero: Int
    ) throws(ConstraintViolation) {
        guard operands.count == 1, operands[0].elementType == type else {
            throw ConstraintViolation(
                "C1", "\(name) takes one operand of \(type.rawValue), not \(operands)", remedy: "give it one")
        }
        guard scale > 0, scale < .infinity, (0...255).contains(zero) else {
            throw ConstraintViolation(
                "C2", "\(name) has a scale of \(scale) and a zero of \(zero)",
                remedy: "give a scale above zero and a zero from 0 to 255", at: .attribute("scale"))
        }
    }

    public func trimming(image: [Int]) -> Trimming { .broadcast }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let codes = operands[0].elements.map { value in
            let steps = min(Float(255 - zero), max(Float(-zero), Float(value) / Float(scale)))
            return (steps.isNaN ? 0 : Int(steps.rounded(.toNearestOrEven))) + zero
        }
        return [Tensor(.u8, shape: results[0], integers: codes)]
    }
}
