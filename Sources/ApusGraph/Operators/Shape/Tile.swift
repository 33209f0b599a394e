/// A value repeated side by side.
public struct Tile: Operator {
    public static let name = "tile"
    public static let documentation = OperatorDocumentation(
        summary: "Repeats a value side by side.",
        details: """
            `y[i] = x[i mod size]` in each dimension. In place of the attribute a second operand may give the repeats, where its \
            elements are known before the graph runs.
            """,
        operands: [.init("x", "any type and shape"), .init("counts", "the repeats, in place of the attribute")],
        attributes: [.init("repeats", "how often, for each dimension; may have symbols in it")],
        results: [.init("y", "every dimension times its repeats")],
        constraints: [
            .init(
                "C1",
                "one operand, or two where there are no `repeats`; the second is a vector of integers that are known"),
            .init("C2", "there is one number for each dimension of x, from 1 on"),
        ],
        example: "pattern = tile(x, repeats: [1, 1, 2, 2])")

    public var repeats: [Dimension]?

    /// - Parameter repeats: nil where a second operand gives them.
    public init(repeats: [Dimension]?) { self.repeats = repeats }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        repeats = try attributes.dimensions("repeats")
    }
    public var attributes: [Attribute] { repeats.map { [Attribute("repeats", .dimensionList($0))] } ?? [] }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard repeats == nil else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and repeats where the attribute is not given")
        return ResolvedCall(Tile(repeats: try checks.known("C1", 1, known)))
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard try resolving(operands, known: []) == nil, let repeats else { return [] }
        try OperandChecks(Self.name, operands).count("C1", 1)
        let x = operands[0]
        guard repeats.count == x.rank,
            repeats.allSatisfy({ $0.number.map { (1...Int(Int32.max)).contains($0) } ?? true })
        else {
            throw ConstraintViolation(
                "C2", "\(AttributeValue.dimensionList(repeats)) are not repeats for the dimensions of \(x)",
                remedy: "give \(x.rank) numbers from 1 on", at: .attribute("repeats"))
        }
        let derivations = zip(x.dimensions, repeats).map { $1 == 1 ? nil : "\($0) × \($1)" }
        return [
            InferredType(
                TensorType(x.elementType, zip(x.dimensions, repeats).map { $0 * $1 }), derivations: derivations)
        ]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || operands[0].isBatched && repeats?.first == 1
    }

    /// Sums the repeats up, one dimension at a time.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: context.node.operands.count)
        guard context.needed[0], var gradient = context.resultGradients[0] else { return gradients }
        let repeats = (try context.resolved() as? Tile ?? self).repeats ?? []
        let x = context.operandType(0).dimensions
        for axis in x.indices where repeats[axis] != 1 {
            let dimensions = context.editor.graph[gradient].type.dimensions
            let before = axis == 0 ? [] : [Dimension.product(dimensions[..<axis])]
            let apart = before + [repeats[axis], x[axis], .product(dimensions[(axis + 1)...])]
            gradient = try context.emit(Reshape(whole: apart), [gradient], gradientOf: 0)
            gradient = try context.emit(ReduceSum(axes: [before.count]), [gradient], gradientOf: 0)
            let joined = dimensions[..<axis] + [x[axis]] + dimensions[(axis + 1)...]
            gradient = try context.emit(Reshape(whole: Array(joined)), [gradient], gradientOf: 0)
        }
        gradients[0] = gradient
        return gradients
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].moving(to: results[0]) { indices in zip(indices, operands[0].shape).map { $0 % $1 } }]
    }
}
