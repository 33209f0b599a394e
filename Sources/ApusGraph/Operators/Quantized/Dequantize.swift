/// Bytes as the numbers that they stand for, by one scale and zero for all of them.
package struct Dequantize: Operator {
    public static let name = "dequantize"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Turns bytes into numbers by one scale.",
        details: "`y = (x − zero) · scale`: dequantize_linear with numbers.",
        operands: [.init("x", "u8 of any shape")],
        attributes: Quantize.documentation.attributes,
        results: [.init("y", "f32 of the shape of x")],
        constraints: [.init("C1", "one operand, u8"), .init("C2", "`scale` is above zero, `zero` from 0 to 255")],
        example: "numbers = dequantize(codes, scale: 0.02, zero: 128)")

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
    public var attributes: [Attribute] { Quantize.attributes(scale: scale, zero: zero) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try Quantize.check(operands, .u8, name, scale: scale, zero: zero)
        return [InferredType(TensorType(.f32, operands[0].dimensions))]
    }

    public func trimming(image: [Int]) -> Trimming { .broadcast }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let numbers = operands[0].integers.map { Double(Float($0 - zero) * Float(scale)) }
        return [Tensor(shape: results[0], elements: numbers)]
    }
}
