/// Dimensions of 1 taken out.
public struct Squeeze: Operator {
    public static let name = "squeeze"
    public static let documentation = OperatorDocumentation(
        summary: "Takes out dimensions of 1.",
        operands: [.init("x", "any type and shape")],
        attributes: [.init("axes", "which, negative ones from the end; all that are 1")],
        results: [.init("y", "x without these dimensions")],
        constraints: [.init("C1", "one operand"), .init("C2", "`axes` are different dimensions of x, each of them 1")],
        example: "row = squeeze(pooled, axes: [2, 3])")

    public var axes: [Int]?

    public init(axes: [Int]? = nil) { self.axes = axes }
    public init(attributes: inout AttributeReader) throws(AttributeError) { axes = try attributes.integers("axes") }
    public var attributes: [Attribute] { axes.map { [Attribute("axes", .integers($0))] } ?? [] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        let x = operands[0]
        let axes = try axes.map { axes throws(ConstraintViolation) in try checks.axes("C2", axes) }
        if let axis = axes?.first(where: { x.dimensions[$0] != 1 }) {
            throw ConstraintViolation(
                "C2", "dimension \(axis) of \(x) is not 1", remedy: "leave it out of the axes", at: .attribute("axes"))
        }
        let kept = x.dimensions.enumerated().filter { axis, dimension in
            axes.map { !$0.contains(axis) } ?? (dimension != 1)
        }
        return [InferredType(TensorType(x.elementType, kept.map(\.element)))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { operands.haveNoSymbols || operands[0].isBatched }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        [operands[0].flatMap { KnownIntegers($0.elements, rank: $0.elements.count == 1 ? 0 : 1) }]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [try reshapedGradient(&context)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].reshaped(results[0])]
    }
}
