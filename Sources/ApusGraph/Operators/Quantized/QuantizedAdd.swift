/// The sum of the numbers that bytes stand for, as bytes.
package struct QuantizedAdd: Operator {
    public static let name = "quantized_add"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Adds the numbers that the bytes of two values stand for.",
        details: """
            `value = (x − x_zero) · x_scale + (y − y_zero) · y_scale` is kept within `min` and `max`, and the result is \
            `round(value) + zero`, ties to even. All of it is computed in single precision, one rounding for each operator.
            """,
        operands: [.init("x", "u8 of any shape"), .init("y", "u8 of the shape of x")],
        attributes: [
            .init("x_scale", "how much a step of x counts, above zero; 1"),
            .init("x_zero", "the byte that stands for zero in x; 0"),
            .init("y_scale", "how much a step of y counts, above zero; 1"),
            .init("y_zero", "the byte that stands for zero in y; 0"),
        ] + QuantizedResult.attributes,
        results: [.init("z", "u8 of the shape of x")],
        constraints: [
            .init("C1", "two operands, u8 of one shape"), .init("C2", "scales are above zero"),
            .init("C3", "`to` is u8, and zeros are from 0 to 255"),
            .init("C4", "`min` is at most `max`; both are from −zero to 255 − zero"),
        ],
        example: "sum = quantized_add(codes1, codes2, x_scale: 0.5, x_zero: 3, y_scale: 1.25, min: 0)")

    /// What the bytes of an operand stand for, in steps of the result.
    public struct Term: Sendable, Hashable {
        public var scale: Double
        public var zero: Int

        public init(scale: Double = 1, zero: Int = 0) {
            self.scale = scale
            self.zero = zero
        }
    }

    public var x: Term
    public var y: Term
    public var result: QuantizedResult

    public init(_ x: Term, _ y: Term, result: QuantizedResult = QuantizedResult()) {
        self.x = x
        self.y = y
        self.result = result
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        x = Term(
            scale: try attributes.number("x_scale", in: AttributeRange.single, default: 1),
            zero: try attributes.integer("x_zero", in: 0...255, default: 0))
        y = Term(
            scale: try attributes.number("y_scale", in: AttributeRange.single, default: 1),
            zero: try attributes.integer("y_zero", in: 0...255, default: 0))
        result = try QuantizedResult(attributes: &attributes)
    }

    public var attributes: [Attribute] {
        var list: [Attribute] = []
        for (name, term) in [("x", x), ("y", y)] {
            if term.scale != 1 { list.append(Attribute("\(name)_scale", .number(term.scale))) }
            if term.zero != 0 { list.append(Attribute("\(name)_zero", .integer(term.zero))) }
        }
        return list + result.attributes
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard operands.count == 2, operands[0].elementType == .u8, operands[0] == operands[1] else {
            throw ConstraintViolation(
                "C1", "\(Self.name) takes two operands of u8 and one shape, not \(operands)", remedy: "give it two")
        }
        guard x.scale > 0, y.scale > 0, x.scale.isFinite, y.scale.isFinite else {
            throw ConstraintViolation(
                "C2", "\(Self.name) has scales of \(x.scale) and \(y.scale)", remedy: "give scales above zero",
                at: .attribute("x_scale"))
        }
        try result.check(Self.name, zeros: [x.zero, y.zero], "C3", "C4")
        guard result.elementType == .u8 else {
            throw ConstraintViolation(
                "C3", "\(Self.name) makes u8, not \(result.elementType.rawValue)", remedy: "leave 'to' out",
                at: .attribute("to"))
        }
        return [InferredType(operands[0])]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let sums = zip(operands[0].integers, operands[1].integers).map { first, second in
            Float(first - x.zero) * Float(x.scale) + Float(second - y.zero) * Float(y.scale)
        }
        return [result.tensor(sums, shape: results[0])]
    }
}
