/// The maximum of each channel.
public struct GlobalMaxPool: CompositeOperator {
    public static let name = "global_max_pool"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the maximum of each channel.",
        details: "`y[n, c, 0, 0] = max_(r, s) x[n, c, r, s]`: reduce_max over all dimensions behind the channels.",
        operands: [.init("x", "f32[N, C, ...], f32[N, C, H, W] for instance")],
        results: [.init("y", "f32[N, C, 1, ...]")],
        constraints: [
            .init("C1", "one operand"),
            .init("C2", "x is f32 of three dimensions or more, numbers but for the first"),
        ],
        example: "features = global_max_pool(act3)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try OperandChecks(Self.name, operands).count("C1", 1)
        let x = operands[0]
        guard x.elementType == .f32, x.rank >= 3, TensorType(.f32, Array(x.dimensions.dropFirst())).shape != nil else {
            throw ConstraintViolation(
                "C2", "global_max_pool works on f32[N, channels, ...], not on \(x)",
                remedy: "give it f32 of three dimensions or more, numbers but for the first", at: .operand(0))
        }
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let rank = composer.type(of: operands[0]).rank
        return [try composer.emit(ReduceMax(axes: Array(2..<rank), keep: true), operands)]
    }
}
