/// Dimensions of 1 put in.
public struct Unsqueeze: Operator {
    public static let name = "unsqueeze"
    public static let documentation = OperatorDocumentation(
        summary: "Puts in dimensions of 1.",
        operands: [.init("x", "any type and shape")],
        attributes: [.init("axes", "their places in the result, negative ones from the end")],
        results: [.init("y", "x with these dimensions")],
        constraints: [
            .init("C1", "one operand"),
            .init("C2", "`axes` are different dimensions of the result, which has at most 8"),
        ],
        example: "image = unsqueeze(row, axes: [2, 3])")

    public var axes: [Int]

    public init(axes: [Int]) { self.axes = axes }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axes = try attributes.required("axes", try attributes.integers("axes"), "a list of numbers")
    }
    public var attributes: [Attribute] { [Attribute("axes", .integers(axes))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        let x = operands[0]
        let rank = x.rank + axes.count
        let axes = try checks.axes("C2", axes, rank: rank)
        guard rank <= LanguageLimit.rank else {
            throw ConstraintViolation(
                "C2", "unsqueeze would give \(x) \(rank) dimensions", remedy: "keep to \(LanguageLimit.rank)",
                at: .attribute("axes"))
        }
        var rest = x.dimensions[...]
        let dimensions = (0..<rank).map { axes.contains($0) ? .fixed(1) : rest.removeFirst() }
        return [InferredType(TensorType(x.elementType, dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        let rank = operands[0].rank + axes.count
        return operands.haveNoSymbols || operands[0].isBatched && !axes.contains { axisNumber($0, rank: rank) == 0 }
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        [operands[0].flatMap { $0.isScalar ? KnownIntegers($0.elements, rank: axes.count) : nil }]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [try reshapedGradient(&context)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].reshaped(results[0])]
    }
}
