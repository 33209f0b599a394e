import ApusGraph

extension OperatorTable {
    /// What passes its operand on.
    static let passages: [OperatorEntry] = [
        OperatorEntry("Identity") { node throws(NodeFailure) in node.finish(try node.input(0)) },
        OperatorEntry("Dropout", since: 7) { node throws(NodeFailure) in
            _ = try node.optionalFloat("ratio")
            let x = try node.input(0)
            node.finish(x)
            guard node.makes(1) else { return }
            let maskType = node.version < 10 ? node.type(x).elementType : .bool
            node.finish(try node.apply(Full(1, of: TensorType(maskType, node.type(x).dimensions))), output: 1)
        },
        OperatorEntry("Dropout", since: 12) { node throws(NodeFailure) in
            _ = try node.optionalInt("seed")
            if node.has(2), try node.integers(2, "whether it trains").contains(where: { $0 != 0 }) {
                let ratio = node.has(1) ? try node.numbers(1, "the ratio") : [0.5]
                guard ratio == [0] else {
                    throw node.failure("drops numbers at random, which an answer can't depend on")
                }
            }
            let x = try node.input(0)
            node.finish(x)
            guard node.makes(1) else { return }
            node.finish(try node.apply(Full(1, of: TensorType(.bool, node.type(x).dimensions))), output: 1)
        },
        OperatorEntry("OptionalGetElement", since: 15) { node throws(NodeFailure) in
            node.finish(try node.input(0))
        },
        OperatorEntry("OptionalHasElement", since: 15) { node throws(NodeFailure) in
            if node.has(0) { _ = try node.input(0) }
            try node.finish(TensorSource(Tensor(.bool, shape: [], integers: [node.has(0) ? 1 : 0])))
        },
    ]
}
