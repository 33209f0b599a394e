/// Elements along a dimension by their numbers.
public struct GatherElements: Operator {
    public static let name = "gather_elements"
    public static let documentation = OperatorDocumentation(
        summary: "Takes elements along a dimension by their numbers, one number for each.",
        details: """
            `y[a..., i, b...] = x[a..., indices[a..., i, b...], b...]`. Negative indices count from the end; those out of range are \
            the first or the last.
            """,
        operands: [.init("x", "any type"), .init("indices", "whole numbers, as many dimensions as x")],
        attributes: [.init("axis", "the dimension, negative from the end; 0")],
        results: [.init("y", "of the shape of the indices")],
        constraints: [
            .init("C1", "two operands"), .init("C2", "`axis` is a dimension of x"),
            .init("C3", "the indices are whole numbers"),
            .init("C4", "but for the axis, the indices have the dimensions of x, or smaller ones"),
        ],
        example: "chosen = gather_elements(scores, classes, axis: 1)")

    public var axis: Int

    public init(axis: Int = 0) { self.axis = axis }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: -8...7, default: 0)
    }
    public var attributes: [Attribute] { axis == 0 ? [] : [Attribute("axis", .integer(axis))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2)
        let axis = try checks.axis("C2", axis)
        try checks.indices("C3", 1)
        try checks.within("C4", 1, axis: axis)
        return [InferredType(TensorType(operands[0].elementType, operands[1].dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || operands.shareBatch && axisNumber(axis, rank: operands[0].rank) != 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil, nil] }
        return [try context.scatteredGradient(gradient, at: context.node.operands[1], axis: axis), nil]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        guard let axis = axisNumber(axis, rank: results[0].count) else { return [] }
        let (indices, places) = (operands[1].integers, Positions(results[0]))
        return [
            operands[0].moving(to: results[0]) { position in
                var place = position
                place[axis] = indexWithin(indices[places.offset(position)], operands[0].shape[axis])
                return place
            }
        ]
    }
}

extension OperandChecks {
    /// Operand `index` must have the dimensions of operand 0, or smaller ones, but for the axis.
    func within(_ label: String, _ index: Int, axis: Int) throws(ConstraintViolation) {
        let (x, other) = (operands[0], operands[index])
        let fits =
            other.rank == x.rank
            && zip(other.dimensions, x.dimensions).enumerated().allSatisfy { place, pair in
                if place == axis || pair.0 == pair.1 { return true }
                guard let own = pair.0.number, let limit = pair.1.number else { return false }
                return own <= limit
            }
        guard !fits else { return }
        throw ConstraintViolation(
            label, "\(other) does not lie within \(x) for \(name) along axis \(axis)",
            remedy: "give it as many dimensions, none larger but that of the axis", at: .operand(index))
    }
}

extension GradientContext {
    /// The gradient of operand 0 where the elements at `indices` along an axis were taken: `gradient` added to zeros there.
    mutating func scatteredGradient(_ gradient: ValueID, at indices: ValueID, axis: Int) throws(GraphError) -> ValueID {
        let zeros = try emit(Full(0, of: operandType(0)), [], gradientOf: 0)
        return try emit(ScatterElements(axis: axis, reduction: .add), [zeros, indices, gradient], gradientOf: 0)
    }
}
