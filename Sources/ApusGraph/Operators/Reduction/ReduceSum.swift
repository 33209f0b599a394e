/// Sums over dimensions.
public struct ReduceSum: Operator {
    public static let name = "reduce_sum"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Sums over dimensions: the gradient of broadcasting.",
        operands: [.init("x", "f32 of any shape")],
        attributes: [
            .init("axes", "the numbers of the dimensions to sum over, from 0, in rising order"),
            .init("keep", "whether these dimensions stay, as 1; false"),
        ],
        results: [.init("y", "f32 without the dimensions")],
        constraints: [
            .init("C1", "one operand of element type f32"),
            .init("C2", "`axes` are dimensions of x, at least one, in rising order"),
        ],
        example: "bias.gradient = reduce_sum(sum.gradient, axes: [0])")

    public var axes: [Int]
    public var keep: Bool

    public init(axes: [Int], keep: Bool = false) {
        self.axes = axes
        self.keep = keep
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        guard let axes = try attributes.integers("axes") else {
            throw AttributeError(
                attribute: "axes", message: "reduce_sum needs 'axes'", remedy: "add 'axes:' with a list of numbers")
        }
        self.axes = axes
        keep = try attributes.boolean("keep", default: false)
    }
    public var attributes: [Attribute] {
        [Attribute("axes", .integers(axes))] + (keep ? [Attribute("keep", .boolean(true))] : [])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let x = try elementwiseType(operands, count: 1, of: Self.name).type
        guard let last = axes.last, axes[0] >= 0, last < x.rank, zip(axes, axes.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw ConstraintViolation(
                "C2", "\(axes) are not dimensions of \(x)",
                remedy: "give numbers from 0 to \(max(x.rank - 1, 0)) in rising order", at: .attribute("axes"))
        }
        let dimensions = x.dimensions.enumerated().compactMap { axis, dimension in
            axes.contains(axis) ? (keep ? Dimension.fixed(1) : nil) : dimension
        }
        return [InferredType(TensorType(.f32, dimensions))]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        var y = Tensor(shape: results[0])
        let kept = operands[0].shape.enumerated().map { axes.contains($0) ? 1 : $1 }
        for (target, element) in zip(broadcastOffsets(kept, to: operands[0].shape), operands[0].elements) {
            y.elements[target] += element
        }
        return [y]
    }
}
