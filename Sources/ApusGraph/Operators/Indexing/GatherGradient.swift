/// The gradient of ``Gather``.
package struct GatherGradient: Operator {
    public static let name = "gather_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of gather: slices added to zeros by their numbers.",
        details: "`dx[a..., indices[i...], b...] += dy[a..., i..., b...]`, in the order of the indices.",
        operands: [.init("indices", "whole numbers of any type and shape"), .init("dy", "the gradient of the slices")],
        attributes: [
            .init("axis", "the dimension of x, from 0"),
            .init("size", "its size, in a list: it may have symbols in it"),
        ],
        results: [.init("dx", "the operand's gradient")],
        constraints: [
            .init("C1", "two operands, dy of floating point"), .init("C2", "the indices are whole numbers"),
            .init("C3", "the dimensions of dy from the axis on begin with those of the indices"),
        ],
        example: "table.gradient = gather_gradient(tokens, vectors.gradient, axis: 0, size: [1000])")

    public var axis: Int
    public var size: Dimension

    public init(axis: Int, size: Dimension) {
        self.axis = axis
        self.size = size
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: 0...7)
        size = try attributes.one("size")
    }
    public var attributes: [Attribute] {
        [Attribute("axis", .integer(axis)), Attribute("size", .dimensionList([size]))]
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2)
        guard operands[1].elementType.isFloatingPoint else {
            throw ConstraintViolation(
                "C1", "gather_gradient has no gradient \(operands[1])", remedy: "give it one of floating point",
                at: .operand(1))
        }
        try checks.indices("C2", 0)
        let (indices, gradient) = (operands[0].dimensions, operands[1].dimensions)
        guard axis + indices.count <= gradient.count, Array(gradient[axis..<axis + indices.count]) == indices,
            size.number.map({ $0 >= 1 }) ?? true
        else {
            throw ConstraintViolation(
                "C3", "\(operands[1]) is not made by indices \(operands[0]) along axis \(axis)",
                remedy: "give the gradient of the gather", at: .operand(1))
        }
        let dimensions = gradient[..<axis] + [size] + gradient[(axis + indices.count)...]
        return [InferredType(TensorType(operands[1].elementType, Array(dimensions)))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || operands[0].symbols.isEmpty && axis > 0
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (indices, places) = (operands[0].integers, Positions(operands[0].shape))
        let (source, target) = (Positions(operands[1].shape), Positions(results[0]))
        let rank = places.shape.count
        let gradient = operands[1].elements
        var sums = [Double](repeating: 0, count: target.count)
        for offset in 0..<source.count {
            let position = source.indices(offset)
            let index = indices[places.offset(Array(position[axis..<axis + rank]))]
            let place = position[..<axis] + [indexWithin(index, results[0][axis])] + position[(axis + rank)...]
            sums[target.offset(Array(place))] += gradient[offset]
        }
        return [Tensor(operands[1].elementType, shape: results[0], elements: sums)]
    }
}
