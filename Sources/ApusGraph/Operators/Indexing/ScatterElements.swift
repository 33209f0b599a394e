/// A value with some elements replaced or added to.
public struct ScatterElements: Operator {
    public static let name = "scatter_elements"
    public static let documentation = OperatorDocumentation(
        summary: "Replaces elements along a dimension by their numbers, or combines them with others.",
        details: """
            `y = x`, and then for all updates in row-major order `y[a..., indices[a..., i, b...], b...] = updates[a..., i, b...]`, or \
            the sum, product, maximum or minimum of both. Negative indices count from the end; updates with others out of range \
            are skipped. Only the reductions none and add have a gradient; with none, that of an element replaced twice is not \
            defined.
            """,
        operands: [
            .init("x", "any type"), .init("indices", "whole numbers, as many dimensions as x"),
            .init("updates", "the element type of x and the shape of the indices"),
        ],
        attributes: [
            .init("axis", "the dimension, negative from the end; 0"),
            .init("reduction", "none, add, multiply, maximum or minimum; none"),
        ],
        results: [.init("y", "of the type of x")],
        constraints: [
            .init("C1", "three operands"), .init("C2", "`axis` is a dimension of x"),
            .init("C3", "the indices are whole numbers"),
            .init("C4", "but for the axis, the indices have the dimensions of x, or smaller ones"),
            .init("C5", "the updates have the element type of x and the shape of the indices"),
        ],
        example: "marked = scatter_elements(zeros, classes, ones, axis: 1)")

    public var axis: Int
    public var reduction: ScatterReduction

    public init(axis: Int = 0, reduction: ScatterReduction = .none) {
        self.axis = axis
        self.reduction = reduction
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: -8...7, default: 0)
        reduction = try ScatterReduction(&attributes)
    }
    public var attributes: [Attribute] {
        (axis == 0 ? [] : [Attribute("axis", .integer(axis))]) + reduction.attribute
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 3)
        let axis = try checks.axis("C2", axis)
        try checks.indices("C3", 1)
        try checks.within("C4", 1, axis: axis)
        try checks.match("C5", 2, TensorType(operands[0].elementType, operands[1].dimensions), "the updates")
        return [InferredType(operands[0])]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || operands.shareBatch && axisNumber(axis, rank: operands[0].rank) != 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard let gradient = context.resultGradients[0] else { return [nil, nil, nil] }
        try reduction.checkGradient(context)
        let indices = context.node.operands[1]
        var gradients: [ValueID?] = [nil, nil, nil]
        if context.needed[0] {
            gradients[0] = gradient
            if reduction == .none {
                let zeros = try context.emit(Full(0, of: context.operandType(2)), [], gradientOf: 0)
                gradients[0] = try context.emit(self, [gradient, indices, zeros], gradientOf: 0)
            }
        }
        if context.needed[2] {
            gradients[2] = try context.emit(GatherElements(axis: axis), [gradient, indices], gradientOf: 2)
        }
        return gradients
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        guard let axis = axisNumber(axis, rank: results[0].count) else { return [] }
        let (indices, source, target) = (operands[1].integers, Positions(operands[1].shape), Positions(results[0]))
        return [
            reduction.scatter(operands[2], into: operands[0]) { offset in
                var place = source.indices(offset)
                guard let index = indexInRange(indices[offset], results[0][axis]) else { return nil }
                place[axis] = index
                return target.offset(place)
            }
        ]
    }
}
