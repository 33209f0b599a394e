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
    func offset(_ indices: [Int]) -> Int {
        var offset = 0
        for axis in strides.indices { offset += indices[axis] * strides[axis] }
        return offset
    }

    /// Goes on to the next element in row-major order, and behind the last one to the first.
    func advance(_ indices: inout [Int]) {
        for axis in shape.indices.reversed() {
            indices[axis] += 1
            if indices[axis] < shape[axis] { return }
            indices[axis] = 0
        }
    }
}

extension Tensor {
    /// The tensor of `shape` whose element at some indices is this one's at `source(indices)`; where that is nil, `fill`.
    func moving(to shape: [Int], fill: Double = 0, _ source: ([Int]) -> [Int]?) -> Tensor {
        let (target, own) = (Positions(shape), Positions(self.shape))
        var indices = shape.map { _ in 0 }
        var offsets: [Int?] = []
        offsets.reserveCapacity(target.count)
        for _ in 0..<target.count {
            offsets.append(source(indices).map(own.offset))
            target.advance(&indices)
        }
        return picking(offsets, shape: shape, fill: fill)
    }

    /// The same elements in another shape.
    func reshaped(_ shape: [Int]) -> Tensor { Tensor(elementType, shape: shape, data: data) }
}
