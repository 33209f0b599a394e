import ApusGraph

extension OperatorTable {
    static let arithmetic: [OperatorEntry] = [
        OperatorEntry("Add", since: 7) { node throws(NodeFailure) in
            try node.finish(Add(), node.input(0), node.input(1))
        }
    ]
}
