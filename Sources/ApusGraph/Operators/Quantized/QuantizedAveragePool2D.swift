/// The means of windows of bytes.
package struct QuantizedAveragePool2D: Operator {
    public static let name = "quantized_average_pool2d"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Takes the mean of the numbers that each window's bytes stand for.",
        details: """
            With the sum of `x − x_zero` over the places of a window within the image, an exact integer, and the number of these places \
            or, with `count_padding`, of all places of the window, `value = sum · (scale / places)` is kept within `min` and `max`. \
            With `to: f32` that is the result; with `to: u8` it is `round(value) + zero`, ties to even. All of it is computed in \
            single precision, one rounding for each operator.
            """,
        operands: [.init("x", "u8[N, C, H, W]")],
        attributes: AveragePool2D.documentation.attributes + [
            .init("x_zero", "the byte that stands for zero in x; 0"),
            .init("scale", "what a step of x is in the result, above zero; 1"),
        ] + QuantizedResult.attributes,
        results: [.init("y", "[N, C, output rows, output columns] of the type `to`")],
        constraints: [
            .init("C1", "one operand, u8[N, C, H, W]; C, H and W are numbers"),
            .init("C2", "average_pool2d takes such images in f32"), .init("C3", "`scale` is above zero"),
            .init("C4", "`to` is u8 or f32, and zeros are from 0 to 255"),
            .init("C5", "`min` is at most `max`; for u8 both are from −zero to 255 − zero"),
        ],
        example: "features = quantized_average_pool2d(codes, window: [8, 8], x_zero: 3, scale: 1.5)")

    public var pool: AveragePool2D
    public var sourceZero: Int
    public var scale: Double
    public var result: QuantizedResult

    public init(
        _ pool: AveragePool2D, sourceZero: Int = 0, scale: Double = 1, result: QuantizedResult = QuantizedResult()
    ) {
        self.pool = pool
        self.sourceZero = sourceZero
        self.scale = scale
        self.result = result
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        pool = try AveragePool2D(attributes: &attributes)
        sourceZero = try attributes.integer("x_zero", in: 0...255, default: 0)
        scale = try attributes.number("scale", in: AttributeRange.single, default: 1)
        result = try QuantizedResult(attributes: &attributes)
    }

    public var attributes: [Attribute] {
        var list = pool.attributes
        if sourceZero != 0 { list.append(Attribute("x_zero", .integer(sourceZero))) }
        if scale != 1 { list.append(Attribute("scale", .number(scale))) }
        return list + result.attributes
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        var pooled = try inferPool(pool, ceil: pool.ceil, operands)
        guard scale > 0, scale.isFinite else {
            throw ConstraintViolation(
                "C3", "\(Self.name) has a scale of \(scale)", remedy: "give one above zero", at: .attribute("scale"))
        }
        try result.check(Self.name, zeros: [sourceZero], "C4", "C5")
        pooled.type.elementType = result.elementType
        return [pooled]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let codes = operands[0].integers
        let count = results[0].reduce(1, *)
        var (sums, places) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
        pool.forEachShare(input: operands[0].shape, output: results[0]) { output, input, _ in
            sums[output] += codes[input] - sourceZero
            places[output] += 1
        }
        let all = pool.window[0] * pool.window[1]
        let values = zip(sums, places).map { sum, places in
            Float(sum) * (Float(scale) / Float(pool.countPadding ? all : places))
        }
        return [result.tensor(values, shape: results[0])]
    }
}
