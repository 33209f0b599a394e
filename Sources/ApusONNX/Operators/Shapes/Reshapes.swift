import ApusGraph

extension OperatorTable {
    static let reshapes: [OperatorEntry] = [
        OperatorEntry("Reshape", since: 5) { node throws(NodeFailure) in
            let shape = try node.dimensions(1, "the new shape")
            if try node.flag("allowzero"), shape.contains(0) { throw node.failure("makes an empty value") }
            let x = try node.input(0)
            try node.finish(Reshape(whole: node.opened(shape, of: x)), x)
        },
        OperatorEntry("Flatten") { node throws(NodeFailure) in
            let axis = try node.int("axis", default: 1)
            try node.finish(Flatten(axis: axis), node.input(0))
        },
        OperatorEntry("Squeeze") { node throws(NodeFailure) in
            let axes = try node.optionalInts("axes")
            node.finish(try node.squeeze(node.input(0), axes))
        },
        OperatorEntry("Squeeze", since: 13) { node throws(NodeFailure) in
            let axes = node.has(1) ? try node.integers(1, "the axes") : nil
            node.finish(try node.squeeze(node.input(0), axes))
        },
        OperatorEntry("Unsqueeze") { node throws(NodeFailure) in
            let axes = try node.ints("axes", default: [])
            try node.finish(Unsqueeze(axes: axes), node.input(0))
        },
        OperatorEntry("Unsqueeze", since: 13) { node throws(NodeFailure) in
            let axes = try node.integers(1, "the axes")
            try node.finish(Unsqueeze(axes: axes), node.input(0))
        },
        OperatorEntry("Transpose") { node throws(NodeFailure) in
            let x = try node.input(0)
            let permutation = try node.optionalInts("perm") ?? Array((0..<node.rank(x)).reversed())
            node.finish(try node.transpose(x, permutation))
        },
        OperatorEntry("Shape") { node throws(NodeFailure) in
            let x = try node.input(0)
            func place(_ number: Int) -> Int {
                min(max(number < 0 ? number + node.rank(x) : number, 0), node.rank(x))
            }
            let start = place(try node.int("start", default: 0))
            let end = place(try node.int("end", default: node.rank(x)))
            guard start < end else { return try node.finish(TensorSource(Tensor(.i64, shape: [0], integers: []))) }
            try node.finish(ShapeOf(start: start, end: end), x)
        },
        .unary("Size", Size()),
    ]
}

extension NodeImport {
    /// A shape that was written for a single sample, where that is any number of them now: its leading 1 is the batch too, if the
    /// rest has the elements of a sample.
    fileprivate func opened(_ shape: [Dimension], of x: ValueID) -> [Dimension] {
        let type = type(x)
        guard state.opensBatch, shape.first == 1, let batch = type.dimensions.first, batch.number == nil,
            let sample = TensorType(.f32, Array(type.dimensions.dropFirst())).shape,
            let rest = TensorType(.f32, Array(shape.dropFirst())).shape, !rest.contains(where: { $0 < 1 }),
            // In floating point, since the numbers of a file may be of any size.
            rest.reduce(1.0, { $0 * Double($1) }) == sample.reduce(1.0, { $0 * Double($1) })
        else { return shape }
        return [batch] + shape.dropFirst()
    }
}
