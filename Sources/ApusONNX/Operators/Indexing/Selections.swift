import ApusGraph

extension OperatorTable {
    static let selections: [OperatorEntry] = [
        OperatorEntry("OneHot", since: 9) { node throws(NodeFailure) in try node.takeOneHot() },
        OperatorEntry("TopK") { node throws(NodeFailure) in
            let (k, axis) = (try node.int("k"), try node.int("axis", default: -1))
            try node.finish(TopK(k: k, axis: axis))
        },
        OperatorEntry("TopK", since: 10) { node throws(NodeFailure) in
            let axis = try node.int("axis", default: -1)
            let isLargest = try node.flag("largest", default: true)
            // In order is one of the orders that are right where none is asked for.
            _ = try node.flag("sorted", default: true)
            let x = try node.input(0)
            let place = axis < 0 ? axis + node.rank(x) : axis
            // All of them, however many there are, in order.
            let isWhole = node.type(x).elementType != .u64 && (0..<node.rank(x)).contains(place)
            if isWhole, try node.dimensions(1, "how many are taken").first == node.type(x).dimensions[place],
                node.type(x).dimensions[place].number == nil
            {
                return try node.finishAll(Sort(axis: axis, descending: isLargest), [x])
            }
            guard let k = try node.integers(1, "how many are taken").first else {
                throw node.failure("its 'k' is empty")
            }
            try node.finish(TopK(k: k, axis: axis, largest: isLargest))
        },
    ]
}

extension NodeImport {
    /// The largest of 64 bits without a sign are found as numbers with a sign, whose order is that of these with the first bit
    /// turned over.
    fileprivate mutating func finish(_ operation: TopK) throws(NodeFailure) {
        let x = try input(0)
        guard type(x).elementType == .u64 else { return try finishAll(operation, [x]) }
        let sign = try constant(Tensor(.i64, shape: [], integers: [.min]))
        let turned = try apply(BitwiseExclusiveOr(), cast(x, to: .i64), sign)
        let results = try applyAll(operation, [turned])
        finish(try cast(apply(BitwiseExclusiveOr(), results[0], sign), to: .u64))
        finish(results[1], output: 1)
    }

    fileprivate mutating func takeOneHot() throws(NodeFailure) {
        let axis = try int("axis", default: -1)
        guard let depth = try tensor(1, "the number of places").integers.first else {
            throw failure("its depth is empty")
        }
        let indices = try input(0)
        let whole = type(indices).elementType.isInteger ? indices : try cast(indices, to: .i64)
        let values = try input(2)
        guard type(values).shape == [2] else { throw failure("its values are \(type(values)), not two") }
        let elementType = type(values).elementType
        if let known = knownTensor(values)?.elements, known.allSatisfy({ $0.isFinite && $0.magnitude <= 0x1p53 }) {
            return try finish(OneHot(depth: depth, axis: axis, on: known[1], off: known[0], to: elementType), whole)
        }
        let marked = try apply(OneHot(depth: depth, axis: axis, to: .bool), whole)
        let off = try apply(Gather(), values, constant(Tensor(.i64, shape: [], integers: [0])))
        let on = try apply(Gather(), values, constant(Tensor(.i64, shape: [], integers: [1])))
        try finish(Where(), marked, on, off)
    }
}
