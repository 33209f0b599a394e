import ApusGraph

extension OperatorTable {
    static let arguments: [OperatorEntry] = [
        argument("ArgMax") { ArgMax(axis: $0, keep: $1, selectLast: $2) },
        argument("ArgMin") { ArgMin(axis: $0, keep: $1, selectLast: $2) },
    ]

    private static func argument(
        _ name: String, _ operation: @escaping @Sendable (Int, Bool, Bool) -> any Operator
    ) -> OperatorEntry {
        OperatorEntry(name) { node throws(NodeFailure) in
            let axis = try node.int("axis", default: 0)
            let keep = try node.flag("keepdims", default: true)
            let selectsLast = try node.flag("select_last_index")
            try node.finish(operation(axis, keep, selectsLast), node.input(0))
        }
    }
}
