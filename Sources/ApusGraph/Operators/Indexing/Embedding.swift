/// Rows of a trained table by their numbers.
public struct Embedding: CompositeOperator {
    public static let name = "embedding"
    public static let documentation = OperatorDocumentation(
        summary: "Looks rows up in a trained table.",
        details: """
            `y[i...] = weight[indices[i...]]`. Negative indices count from the end; those out of range are the first or the last. \
            The table is drawn from a normal distribution.
            """,
        operands: [.init("indices", "whole numbers of any type and shape"), .init("weight", "f32[entries, width]")],
        attributes: [.init("entries", "how many rows the table has"), .init("width", "how many numbers are in a row")],
        results: [.init("y", "f32, the dimensions of the indices and [width]")],
        constraints: [
            .init("C1", "indices and at most a weight"), .init("C2", "the indices are whole numbers"),
            .init("C3", "the weight is a table of floating point, [entries, width]"),
        ],
        example: "vectors = embedding(tokens, entries: 1000, width: 64)")

    public var entries: Int
    public var width: Int

    public init(entries: Int, width: Int) {
        self.entries = entries
        self.width = width
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        entries = try attributes.integer("entries", in: AttributeRange.channels)
        width = try attributes.integer("width", in: AttributeRange.channels)
    }
    public var attributes: [Attribute] {
        [Attribute("entries", .integer(entries)), Attribute("width", .integer(width))]
    }

    private var dimensions: [Dimension] { [.fixed(entries), .fixed(width)] }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...2, "indices and a weight")
        try checks.indices("C2", 0)
        guard operands.count == 1 || operands[1].elementType.isFloatingPoint && operands[1].dimensions == dimensions
        else {
            throw ConstraintViolation(
                "C3", "the weight of embedding is f32[\(entries), \(width)] here, not \(operands[1])",
                remedy: "make it f32[\(entries), \(width)]", at: .operand(1))
        }
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try check(operands)
        let type = operands.count > 1 ? operands[1].elementType : .f32
        let result = TensorType(type, operands[0].dimensions + [.fixed(width)])
        return [InferredType(result, derivations: operands[0].dimensions.map { _ in nil } + ["width"])]
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        [ImplicitParameter("weight", TensorType(.f32, dimensions), initializer: .normal(1))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.dropFirst().allSatisfy(\.symbols.isEmpty)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        [try composer.emit(Gather(), operands[1], operands[0])]
    }
}
