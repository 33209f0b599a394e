/// The elements along a dimension in order.
public struct Sort: Operator {
    public static let name = "sort"
    public static let documentation = OperatorDocumentation(
        summary: "Sorts along a dimension.",
        details:
            "Equal elements stay in their order. What is not a number comes last, as if it were the largest; descending, first.",
        operands: [.init("x", "any type, at least one dimension")],
        attributes: [
            .init("axis", "the dimension, negative from the end; -1"),
            .init("descending", "whether the largest comes first; false"),
        ],
        results: [.init("y", "the elements in order"), .init("indices", "i64: where each of them was along the axis")],
        constraints: [.init("C1", "one operand"), .init("C2", "`axis` is a dimension of x")],
        example: "sorted, order = sort(scores, descending: true)")

    public var axis: Int
    public var descending: Bool

    public init(axis: Int = -1, descending: Bool = false) {
        self.axis = axis
        self.descending = descending
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: -8...7, default: -1)
        descending = try attributes.boolean("descending", default: false)
    }
    public var attributes: [Attribute] {
        (axis == -1 ? [] : [Attribute("axis", .integer(axis))])
            + (descending ? [Attribute("descending", .boolean(true))] : [])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        _ = try checks.axis("C2", axis)
        return [InferredType(operands[0]), InferredType(TensorType(.i64, operands[0].dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || axisNumber(axis, rank: operands[0].rank) != 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.scatteredGradient(gradient, at: context.node.results[1], axis: axis)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        operands[0].sorted(axis: axis, count: nil, descending: descending)
    }
}

extension Tensor {
    /// The first `count` elements along an axis in order, and where they were; equal ones in the order they had.
    func sorted(axis: Int, count: Int?, descending: Bool) -> [Tensor] {
        guard let axis = axisNumber(axis, rank: shape.count) else { return [] }
        let (size, stride) = (shape[axis], Positions(shape).strides[axis])
        var shape = shape
        shape[axis] = count ?? size
        let target = Positions(shape)
        var offsets = [Int](repeating: 0, count: target.count)
        var places = offsets
        for line in 0..<self.count / size {
            // The offset of the line's first element.
            let start = line / stride * stride * size + line % stride
            let order = (0..<size).sorted { first, second in
                isBefore(start + first * stride, start + second * stride, descending) ?? (first < second)
            }
            let result = line / stride * stride * shape[axis] + line % stride
            for (rank, place) in order.prefix(shape[axis]).enumerated() {
                offsets[result + rank * stride] = start + place * stride
                places[result + rank * stride] = place
            }
        }
        return [picking(offsets, shape: shape), Tensor(.i64, shape: shape, integers: places)]
    }

    /// Whether one element comes before another; nil where they are equal.
    private func isBefore(_ first: Int, _ second: Int, _ descending: Bool) -> Bool? {
        switch data {
        case .integers(let own):
            // A u64 above `Int.max` is held as a negative number.
            let sign = elementType == .u64 ? Int.min : 0
            return own[first] == own[second] ? nil : ((own[first] ^ sign) < (own[second] ^ sign)) != descending
        case .numbers(let own):
            let (left, right) = (own[first], own[second])
            if left == right || left.isNaN && right.isNaN { return nil }
            return (right.isNaN || left < right) != descending
        }
    }
}
