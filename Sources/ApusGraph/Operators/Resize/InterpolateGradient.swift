/// The gradient of ``Interpolate``.
package struct InterpolateGradient: Operator {
    public static let name = "interpolate_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of interpolate.",
        details: "`dx[a..., j, b...] = Σ_i w[i, j] · dy[a..., i, b...]` with the weights of `interpolate`.",
        operands: [.init("dy", "the result's gradient")],
        attributes: [
            .init("axis", "the dimension, from 0"),
            .init("size", "its size in x, in a list: it may have symbols in it"),
            .init("scale", "size in y over that in x, where it is not just that of the sizes; 0 for that"),
        ] + Interpolation.entries,
        results: [.init("dx", "the operand's gradient")],
        constraints: [
            .init("C1", "one operand of floating point"),
            .init("C2", "`axis` is a dimension of dy, and the size of x at least 1"),
        ],
        example: "image.gradient = interpolate_gradient(wide.gradient, axis: 3, size: [32], mode: linear)")

    public var axis: Int
    public var size: Dimension
    /// Nil where it is that of the sizes.
    public var scale: Double?
    public var interpolation: Interpolation

    public init(axis: Int, size: Dimension, scale: Double? = nil, interpolation: Interpolation) {
        self.axis = axis
        self.size = size
        self.scale = scale
        self.interpolation = interpolation
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: 0...7)
        size = try attributes.one("size")
        scale = try attributes.scale("scale")
        interpolation = try Interpolation(&attributes)
    }
    public var attributes: [Attribute] {
        [Attribute("axis", .integer(axis)), Attribute("size", .dimensionList([size]))]
            + (scale.map { [Attribute("scale", .number($0))] } ?? []) + interpolation.attributes
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        guard operands[0].elementType.isFloatingPoint else {
            throw ConstraintViolation(
                "C1", "interpolate_gradient has no gradient \(operands[0])", remedy: "give it one of floating point",
                at: .operand(0))
        }
        guard axis < operands[0].rank, size.number.map({ $0 >= 1 }) ?? true else {
            throw ConstraintViolation(
                "C2", "dimension \(axis) of \(operands[0]) can't have been \(size)",
                remedy: "use a dimension that is there, and a size from 1 on", at: .attribute("axis"))
        }
        var result = operands[0]
        result.dimensions[axis] = size
        return [InferredType(result)]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { operands.haveNoSymbols || axis > 0 }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let gradient = operands[0]
        let taps = interpolation.taps(input: results[0][axis], output: gradient.shape[axis], scale: scale)
        let (source, target) = (Positions(gradient.shape), Positions(results[0]))
        let elements = gradient.elements
        var sums = [Double](repeating: 0, count: target.count)
        for offset in 0..<source.count {
            var place = source.indices(offset)
            let first = place[axis] * taps.count
            for tap in first..<first + taps.count {
                place[axis] = taps.indices[tap]
                sums[target.offset(place)] += taps.weights[tap] * elements[offset]
            }
        }
        return [Tensor(gradient.elementType, shape: results[0], elements: sums)]
    }
}
