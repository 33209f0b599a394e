/// Elements repeated along dimensions of 1.
public struct Expand: Operator {
    public static let name = "expand"
    public static let documentation = OperatorDocumentation(
        summary: "Repeats elements until they fill a shape.",
        details: """
            Aligned at the last dimension, dimensions of x that are 1 or missing are repeated; where the shape says 1, x keeps its \
            dimension. In place of the attribute a second operand may say the shape, where its elements are known before the \
            graph runs.
            """,
        operands: [.init("x", "any type and shape"), .init("target", "the shape, in place of the attribute")],
        attributes: [.init("shape", "the whole shape, which may have symbols in it: `[N, 8, 2*T]`")],
        results: [.init("y", "of the broadcast shape")],
        constraints: [
            .init(
                "C1", "one operand, or two where there is no `shape`; the second is a vector of integers that are known"
            ),
            .init("C2", "aligned at the last one, dimensions are equal, or 1, or missing, and none is below 1"),
        ],
        example: "rows = expand(row, shape: [4, 10])")

    public var shape: [Dimension]?

    /// - Parameter shape: nil where a second operand says it.
    public init(shape: [Dimension]?) { self.shape = shape }
    public init(attributes: inout AttributeReader) throws(AttributeError) { shape = try attributes.dimensions("shape") }
    public var attributes: [Attribute] { shape.map { [Attribute("shape", .dimensionList($0))] } ?? [] }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard shape == nil else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and a target where 'shape' is not given")
        return ResolvedCall(Expand(shape: try checks.known("C1", 1, known)))
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard try resolving(operands, known: []) == nil, let shape else { return [] }
        try OperandChecks(Self.name, operands).count("C1", 1)
        let target = TensorType(operands[0].elementType, shape)
        guard shape.allSatisfy({ $0.number.map { $0 >= 1 } ?? true }) else {
            throw ConstraintViolation(
                "C2", "\(target) is not a shape", remedy: "use dimensions from 1 on", at: .attribute("shape"))
        }
        return [InferredType(TensorType(target.elementType, try broadcastDimensions([operands[0], target])))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || operands[0].isBatched && (shape?.count ?? 0) <= operands[0].rank
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: context.node.operands.count)
        if context.needed[0], let gradient = context.resultGradients[0] {
            gradients[0] = try context.unbroadcast(gradient, operand: 0)
        }
        return gradients
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].picking(broadcastOffsets(operands[0].shape, to: results[0]), shape: results[0])]
    }
}
