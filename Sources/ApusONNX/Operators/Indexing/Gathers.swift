import ApusGraph

extension OperatorTable {
    static let gathers: [OperatorEntry] = [
        OperatorEntry("Gather") { node throws(NodeFailure) in
            let axis = try node.int("axis", default: 0)
            try node.finish(Gather(axis: axis), node.input(0), node.input(1))
        },
        OperatorEntry("GatherElements", since: 11) { node throws(NodeFailure) in
            let axis = try node.int("axis", default: 0)
            try node.finish(GatherElements(axis: axis), node.input(0), node.input(1))
        },
        OperatorEntry("GatherND", since: 11) { node throws(NodeFailure) in
            let batch = try node.int("batch_dims", default: 0)
            try node.finish(GatherND(batch: batch), node.input(0), node.input(1))
        },
        OperatorEntry("Compress", since: 9) { node throws(NodeFailure) in
            let axis = try node.optionalInt("axis")
            let chosen = try node.sizingTensor(1, "what is taken").integers.enumerated().filter { $0.element != 0 }.map(
                \.offset)
            guard !chosen.isEmpty else { throw node.failure("takes nothing, which makes an empty value") }
            let indices = try node.vector(chosen)
            let x = try node.input(0)
            let source = axis == nil ? try node.apply(Reshape(whole: [-1]), x) : x
            try node.finish(Gather(axis: axis ?? 0), source, indices)
        },
        OperatorEntry("NonZero", since: 9) { node throws(NodeFailure) in
            try node.finish(node.placesOfNonZeros())
        },
    ]
}

extension NodeImport {
    /// The places of what is not zero, a row for each dimension. How many there are must be known.
    fileprivate mutating func placesOfNonZeros() throws(NodeFailure) -> TensorSource {
        let x = try sizingTensor(0, "what may be zero")
        let isZero: [Bool] =
            switch x.data {
            case .numbers(let numbers): numbers.map { $0 == 0 }
            case .integers(let integers): integers.map { $0 == 0 }
            }
        let count = isZero.count { !$0 }
        // A number by itself counts as a vector.
        let shape = x.shape.isEmpty ? [1] : x.shape
        try requireRoom(elements: shape.count * count)
        var places: [Int] = []
        places.reserveCapacity(shape.count * count)
        var stride = x.count
        for extent in shape {
            stride /= max(extent, 1)
            for offset in isZero.indices where !isZero[offset] {
                places.append(offset / max(stride, 1) % max(extent, 1))
            }
        }
        return TensorSource(Tensor(.i64, shape: [shape.count, count], integers: places))
    }
}
