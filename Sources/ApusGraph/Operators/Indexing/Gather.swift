/// Slices of a value by their numbers.
public struct Gather: Operator {
    public static let name = "gather"
    public static let documentation = OperatorDocumentation(
        summary: "Takes slices along a dimension by their numbers.",
        details: """
            `y[a..., i..., b...] = x[a..., indices[i...], b...]`: the dimensions of the indices stand in the place of the axis. \
            Negative indices count from the end; those out of range are the first or the last.
            """,
        operands: [
            .init("x", "any type, at least one dimension"), .init("indices", "whole numbers of any type and shape"),
        ],
        attributes: [.init("axis", "the dimension, negative from the end; 0")],
        results: [.init("y", "the dimensions of x before the axis, those of the indices, those of x behind the axis")],
        constraints: [
            .init("C1", "two operands"), .init("C2", "`axis` is a dimension of x"),
            .init("C3", "the indices are whole numbers"),
        ],
        example: "vectors = gather(table, tokens)")

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
        let (x, indices) = (operands[0], operands[1])
        let dimensions = x.dimensions[..<axis] + indices.dimensions + x.dimensions[(axis + 1)...]
        return [InferredType(TensorType(x.elementType, Array(dimensions)))]
    }

    /// Either the indices are the same for all samples, or the table is.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        let isFirst = axisNumber(axis, rank: operands[0].rank) == 0
        if operands[0].symbols.isEmpty { return operands[1].symbols.isEmpty || isFirst }
        return operands[1].symbols.isEmpty && !isFirst
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        guard let vector = operands[0], !vector.isScalar, let indices = operands[1], let numbers = indices.numbers
        else {
            return [nil]
        }
        let places = numbers.map { indexWithin($0, vector.elements.count) }
        return [KnownIntegers(places.map { vector.elements[$0] }, rank: indices.isScalar ? 0 : 1)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0],
            let axis = axisNumber(axis, rank: context.operandType(0).rank)
        else { return [nil, nil] }
        let size = context.operandType(0).dimensions[axis]
        let operation = GatherGradient(axis: axis, size: size)
        return [try context.emit(operation, [context.node.operands[1], gradient], gradientOf: 0), nil]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        guard let axis = axisNumber(axis, rank: operands[0].shape.count) else { return [] }
        let (indices, places) = (operands[1].integers, Positions(operands[1].shape))
        let rank = places.shape.count
        return [
            operands[0].moving(to: results[0]) { position in
                let index = indices[places.offset(Array(position[axis..<axis + rank]))]
                return position[..<axis] + [indexWithin(index, operands[0].shape[axis])] + position[(axis + rank)...]
            }
        ]
    }
}

/// The element of a dimension that an index stands for: negative ones count from the end, and those out of range are the
/// nearest.
func indexWithin(_ index: Int, _ size: Int) -> Int { min(max(index < 0 ? index + size : index, 0), size - 1) }

/// The element of a dimension that an index stands for, negative ones from the end; nil where it is out of range.
func indexInRange(_ index: Int, _ size: Int) -> Int? {
    let place = index < 0 ? index + size : index
    return (0..<size).contains(place) ? place : nil
}
