/// Rows of a matrix: the dimensions before an axis become one, and those from it on another.
public struct Flatten: Operator {
    public static let name = "flatten"
    public static let documentation = OperatorDocumentation(
        summary: "Makes one row of each sample.",
        details: """
            The elements stay in row-major order: channels, then rows, then columns. With another `axis`, the dimensions before \
            it become the rows of a matrix and the others its columns.
            """,
        operands: [.init("x", "any type, [N, ...]")],
        attributes: [.init("axis", "the first dimension of a row, negative from the end, at most the rank; 1")],
        results: [.init("y", "[product of the dimensions before the axis, product of the others]")],
        constraints: [.init("C1", "one operand"), .init("C2", "`axis` is from 0 to the rank of x")],
        example: "flat = flatten(pool3)")

    public var axis: Int

    public init(axis: Int = 1) { self.axis = axis }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: -8...8, default: 1)
    }
    public var attributes: [Attribute] { axis == 1 ? [] : [Attribute("axis", .integer(axis))] }

    public var isReshape: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        let x = operands[0]
        let first = axis < 0 ? axis + x.rank : axis
        guard (0...x.rank).contains(first) else {
            throw ConstraintViolation(
                "C2", "flatten has no axis \(axis) for \(x)", remedy: "use a number from 0 to \(x.rank)",
                at: operands[0].rank == 0 ? .operand(0) : .attribute("axis"))
        }
        let parts = [x.dimensions[..<first], x.dimensions[first...]]
        return [
            InferredType(
                TensorType(x.elementType, parts.map(Dimension.product)), derivations: parts.map(derivation))
        ]
    }

    /// `32 × 3 × 3`; nil where the dimension is taken over.
    private func derivation(_ part: ArraySlice<Dimension>) -> String? {
        if part.count == 1, part.startIndex == 0 { return nil }
        return part.isEmpty ? "1" : part.map(\.description).joined(separator: " × ")
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || operands[0].isBatched && (axis < 0 ? axis + operands[0].rank : axis) > 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [try reshapedGradient(&context)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].reshaped(results[0])]
    }
}

/// The gradient of operators that only change a shape: the result's gradient in the operand's shape.
func reshapedGradient(_ context: inout GradientContext) throws(GraphError) -> ValueID? {
    guard context.needed[0], let gradient = context.resultGradients[0] else { return nil }
    let type = context.operandType(0)
    if type.isBatched, let shape = type.sampleShape,
        context.editor.graph[gradient].type.dimensions.first == type.dimensions[0]
    {
        return try context.emit(Reshape(shape: shape), [gradient], gradientOf: 0)
    }
    return try context.emit(Reshape(whole: type.dimensions), [gradient], gradientOf: 0)
}
