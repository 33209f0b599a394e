/// What operators share that work along one axis.
enum AxisAttribute {
    static let range = -8...7

    static let entry = OperatorDocumentation.Entry("axis", "the number of the axis, negative from the end; -1")

    static func read(_ attributes: inout AttributeReader) throws(AttributeError) -> Int {
        try attributes.integer("axis", in: range, default: -1)
    }

    static func attributes(_ axis: Int) -> [Attribute] { axis == -1 ? [] : [Attribute("axis", .integer(axis))] }
}

/// Whether an operator that works along this axis keeps the samples of its operand apart.
func keepsSamplesApart(_ x: TensorType, along axis: Int) -> Bool {
    !x.isBatched || axisNumber(axis, rank: x.rank) != 0
}

extension Tensor {
    /// For each line along an axis, the offsets of its elements.
    ///
    /// - Precondition: the tensor has the axis.
    func lines(along axis: Int) -> [[Int]] {
        let axis = axis < 0 ? axis + shape.count : axis
        let count = shape[axis]
        let stride = shape[(axis + 1)...].reduce(1, *)
        return (0..<shape[..<axis].reduce(1, *)).flatMap { outer in
            (0..<stride).map { inner in (0..<count).map { (outer * count + $0) * stride + inner } }
        }
    }

    /// Maps each line along an axis.
    func mapLines(along axis: Int, _ body: (ArraySlice<Double>) -> [Double]) -> Tensor {
        let source = elements
        var result = source
        for line in lines(along: axis) {
            for (offset, element) in zip(line, body(line.map { source[$0] }[...])) { result[offset] = element }
        }
        return Tensor(elementType, shape: shape, elements: result)
    }

    /// Maps each pair of lines along an axis of two tensors of one shape.
    func mapLines(
        with other: Tensor, along axis: Int, _ body: (ArraySlice<Double>, ArraySlice<Double>) -> [Double]
    ) -> Tensor {
        let (source, second) = (elements, other.elements)
        var result = source
        for line in lines(along: axis) {
            let values = body(line.map { source[$0] }[...], line.map { second[$0] }[...])
            for (offset, element) in zip(line, values) { result[offset] = element }
        }
        return Tensor(elementType, shape: shape, elements: result)
    }
}
