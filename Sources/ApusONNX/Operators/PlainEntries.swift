import ApusGraph

extension OperatorEntry {
    /// An operator of one input without attributes that is one of ours.
    static func unary(_ name: String, since: Int = 1, _ operation: any Operator) -> OperatorEntry {
        OperatorEntry(name, since: since) { node throws(NodeFailure) in
            try node.finish(operation, node.input(0))
        }
    }

    /// An operator of two inputs without attributes that is one of ours.
    static func binary(_ name: String, since: Int = 1, _ operation: any Operator) -> OperatorEntry {
        OperatorEntry(name, since: since) { node throws(NodeFailure) in
            try node.finish(operation, node.input(0), node.input(1))
        }
    }
}
