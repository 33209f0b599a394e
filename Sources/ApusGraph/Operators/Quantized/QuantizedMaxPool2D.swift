/// The greatest byte of each window.
package struct QuantizedMaxPool2D: Operator {
    public static let name = "quantized_max_pool2d"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Takes the greatest byte of each window.",
        details: "max_pool2d of bytes: whatever their scale, the greatest byte stands for the greatest number.",
        operands: [.init("x", "u8[N, C, H, W]")],
        attributes: MaxPool2D.documentation.attributes,
        results: [.init("y", "u8[N, C, output rows, output columns]")],
        constraints: [
            .init("C1", "one operand, u8[N, C, H, W]; C, H and W are numbers"),
            .init("C2", "max_pool2d takes such images in f32"),
        ],
        example: "pooled = quantized_max_pool2d(codes, window: [3, 3], stride: [2, 2], padding: 1)")

    public var pool: MaxPool2D

    public init(_ pool: MaxPool2D) { self.pool = pool }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        pool = try MaxPool2D(attributes: &attributes)
    }

    public var attributes: [Attribute] { pool.attributes }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try inferPool(pool, ceil: pool.ceil, operands)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let codes = Tensor(shape: operands[0].shape, elements: operands[0].integers.map(Double.init))
        let pooled = pool.evaluate([codes], results: results, context: context)[0]
        return [Tensor(.u8, shape: results[0], integers: pooled.elements.map { Int($0) })]
    }
}
