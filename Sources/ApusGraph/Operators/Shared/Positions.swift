/// The positions of a row-major array.
struct Positions {
    let shape: [Int]
    /// The distance between neighbours of each axis, in elements.
    let strides: [Int]

    init(_ shape: [Int]) {
        self.shape = shape
        var strides = shape
        var stride = 1
        for axis in shape.indices.reversed() {
            strides[axis] = stride
            stride *= shape[axis]
        }
        self.strides = strides
    }

    var count: Int { shape.reduce(1, *) }

    /// The indices of the element at an offset, one for each axis.
    func indices(_ offset: Int) -> [Int] { shape.indices.map { offset / strides[$0] % shape[$0] } }

    /// The offset of the element at the indices, one for each axis.
    func offset(_ indices: [Int]) -> Int { zip(indices, strides).reduce(0) { $0 + $1.0 * $1.1 } }
}

extension Tensor {
    /// The tensor of `shape` whose element at some indices is this one's at `source(indices)`; where that is nil, `fill`.
    func moving(to shape: [Int], fill: Double = 0, _ source: ([Int]) -> [Int]?) -> Tensor {
        let (target, own) = (Positions(shape), Positions(self.shape))
        let offsets = (0..<target.count).map { source(target.indices($0)).map(own.offset) }
        return picking(offsets, shape: shape, fill: fill)
    }

    /// The same elements in another shape.
    func reshaped(_ shape: [Int]) -> Tensor { Tensor(elementType, shape: shape, data: data) }
}
