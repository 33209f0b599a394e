import ApusGraph

extension OperatorTable {
    static let activations: [OperatorEntry] = [
        OperatorEntry("Relu") { node throws(NodeFailure) in try node.finish(Relu(), node.input(0)) },
        OperatorEntry("LeakyRelu") { node throws(NodeFailure) in
            let slope = try node.float("alpha", default: 0.01)
            try node.finish(LeakyRelu(slope: slope), node.input(0))
        },
    ]
}
