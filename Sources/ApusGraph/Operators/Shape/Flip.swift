/// The elements of some dimensions in reverse order.
public struct Flip: Operator {
    public static let name = "flip"
    public static let documentation = OperatorDocumentation(
        summary: "Reverses the order of the elements along dimensions.",
        operands: [.init("x", "any type and shape")],
        attributes: [.init("axes", "which dimensions, negative ones from the end")],
        results: [.init("y", "of the same shape")],
        constraints: [.init("C1", "one operand"), .init("C2", "`axes` are different dimensions of x")],
        example: "mirrored = flip(image, axes: [3])")

    public var axes: [Int]

    public init(axes: [Int]) { self.axes = axes }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axes = try attributes.required("axes", try attributes.integers("axes"), "a list of numbers")
    }
    public var attributes: [Attribute] { [Attribute("axes", .integers(axes))] }

    public var movesElements: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        _ = try checks.axes("C2", axes)
        return [InferredType(operands[0])]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || !axes.contains { axisNumber($0, rank: operands[0].rank) == 0 }
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(self, [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let axes = axes.compactMap { axisNumber($0, rank: results[0].count) }
        return [
            operands[0].moving(to: results[0]) { indices in
                indices.indices.map { axes.contains($0) ? results[0][$0] - 1 - indices[$0] : indices[$0] }
            }
        ]
    }
}
