/// The largest elements along a dimension.
public struct TopK: Operator {
    public static let name = "top_k"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the largest or smallest elements along a dimension, in order.",
        details:
            "The largest come in falling order, the smallest in rising order. Of equal elements the one in front comes first.",
        operands: [.init("x", "any type, at least one dimension")],
        attributes: [
            .init("k", "how many"), .init("axis", "the dimension, negative from the end; -1"),
            .init("largest", "whether the largest; true"),
        ],
        results: [.init("y", "the elements"), .init("indices", "i64: where each of them was along the axis")],
        constraints: [
            .init("C1", "one operand"), .init("C2", "`axis` is a dimension of x"),
            .init("C3", "the dimension is at least `k`, where it is a number"),
        ],
        example: "best, classes = top_k(scores, k: 5)")

    public var k: Int
    public var axis: Int
    public var largest: Bool

    public init(k: Int, axis: Int = -1, largest: Bool = true) {
        self.k = k
        self.axis = axis
        self.largest = largest
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        k = try attributes.integer("k", in: 1...LanguageLimit.dimension)
        axis = try attributes.integer("axis", in: -8...7, default: -1)
        largest = try attributes.boolean("largest", default: true)
    }
    public var attributes: [Attribute] {
        [Attribute("k", .integer(k))] + (axis == -1 ? [] : [Attribute("axis", .integer(axis))])
            + (largest ? [] : [Attribute("largest", .boolean(false))])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        let axis = try checks.axis("C2", axis)
        let x = operands[0]
        guard k >= 1, x.dimensions[axis].number.map({ $0 >= k }) ?? true else {
            throw ConstraintViolation(
                "C3", "dimension \(axis) of \(x) has no \(k) elements", remedy: "use 1 to \(x.dimensions[axis])",
                at: .attribute("k"))
        }
        var dimensions = x.dimensions
        dimensions[axis] = .fixed(k)
        return [InferredType(TensorType(x.elementType, dimensions)), InferredType(TensorType(.i64, dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || axisNumber(axis, rank: operands[0].rank) != 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.scatteredGradient(gradient, at: context.node.results[1], axis: axis)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        operands[0].sorted(axis: axis, count: k, descending: largest)
    }
}
