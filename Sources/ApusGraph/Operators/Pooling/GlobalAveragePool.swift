/// The mean of each channel's picture.
public struct GlobalAveragePool: Operator {
    public static let name = "global_average_pool"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean of each channel's picture.",
        details: "`y[n, c, 0, 0] = mean_(r, s) x[n, c, r, s]`.",
        operands: [.init("x", "f32[N, C, H, W]")],
        results: [.init("y", "f32[N, C, 1, 1]")],
        constraints: [
            .init("C1", "one operand"), .init("C2", "x is f32[N, C, H, W]; C, H and W are numbers"),
        ],
        example: "features = global_average_pool(act3)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...1, "one picture")
        var image = try checks.image("C2")
        (image.height, image.width) = (1, 1)
        return [InferredType(image.type, derivations: [nil, nil, "global", "global"])]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let size = context.operandType(0).dimensions.suffix(2).compactMap(\.number)
        let whole = AveragePool2D(window: size)
        return [try context.emit(AveragePool2DGradient(pool: whole, input: size), [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let picture = operands[0].shape[2] * operands[0].shape[3]
        let starts = stride(from: 0, to: operands[0].elements.count, by: picture)
        let means = starts.map { operands[0].elements[$0..<$0 + picture].reduce(0, +) / Double(picture) }
        return [Tensor(shape: results[0], elements: means)]
    }
}
