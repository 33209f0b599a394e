/// The mean of each channel's image.
public struct GlobalAveragePool: Operator {
    public static let name = "global_average_pool"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean of each channel.",
        details: "`y[n, c, 0, 0] = mean_(r, s) x[n, c, r, s]`, and as reduce_mean for values of another rank.",
        operands: [.init("x", "f32[N, C, ...], f32[N, C, H, W] for instance")],
        results: [.init("y", "f32[N, C, 1, ...]")],
        constraints: [
            .init("C1", "one operand"),
            .init("C2", "x is f32 of three dimensions or more, numbers but for the first"),
        ],
        example: "features = global_average_pool(act3)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    /// What stands for it where x has not two dimensions behind the channels.
    private func mean(_ operands: [TensorType]) -> ReduceMean? {
        guard operands.count == 1, let x = operands.first, x.rank != 4, x.rank >= 3, x.elementType == .f32,
            TensorType(.f32, Array(x.dimensions.dropFirst())).shape != nil
        else { return nil }
        return ReduceMean(axes: Array(2..<x.rank), keep: true)
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        mean(operands).map { ResolvedCall($0) }
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        if let mean = mean(operands) { return try mean.infer(operands) }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...1, "one image")
        var image = try checks.image("C2")
        (image.height, image.width) = (1, 1)
        return [InferredType(image.type, derivations: [nil, nil, "global", "global"])]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        if let mean = mean([context.operandType(0)]) { return try mean.gradient(&context) }
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let size = context.operandType(0).dimensions.suffix(2).compactMap(\.number)
        let whole = AveragePool2D(window: size)
        return [try context.emit(AveragePool2DGradient(pool: whole, input: size), [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let places = operands[0].shape.dropFirst(2).reduce(1, *)
        let starts = stride(from: 0, to: operands[0].elements.count, by: places)
        let means = starts.map { operands[0].elements[$0..<$0 + places].reduce(0, +) / Double(places) }
        return [Tensor(shape: results[0], elements: means)]
    }
}
