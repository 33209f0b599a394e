import ApusGraph

extension OperatorTable {
    static let joints: [OperatorEntry] = [
        OperatorEntry("Concat", since: 4) { node throws(NodeFailure) in
            let axis = try node.int("axis")
            var parts: [ValueID] = []
            for index in 0..<node.inputCount where !node.isEmpty(index) { parts.append(try node.input(index)) }
            guard let first = parts.first else { throw node.failure("makes an empty value") }
            node.finish(parts.count == 1 ? first : try node.applyAll(Concat(axis: axis), parts)[0])
        },
        OperatorEntry("Expand", since: 8) { node throws(NodeFailure) in
            let shape = try node.dimensions(1, "the new shape")
            try node.finish(Expand(shape: shape), node.input(0))
        },
        OperatorEntry("Tile", since: 6) { node throws(NodeFailure) in
            let repeats = try node.dimensions(1, "the number of repeats")
            try node.finish(Tile(repeats: repeats), node.input(0))
        },
    ]
}
