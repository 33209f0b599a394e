import ApusGraph

extension OperatorTable {
    static let softmaxes: [OperatorEntry] =
        lines("Softmax") { Softmax(axis: $0) } + lines("LogSoftmax") { LogSoftmax(axis: $0) }
        + lines("Hardmax") { Hardmax(axis: $0) }

    /// What works on each line along an axis; before version 13 on each row of the matrix that the axis makes of its operand.
    private static func lines(
        _ name: String, _ operation: @escaping @Sendable (Int) -> any Operator
    ) -> [OperatorEntry] {
        [
            OperatorEntry(name) { node throws(NodeFailure) in
                let x = try node.input(0)
                let dimensions = node.type(x).dimensions
                let axis = try node.axis(try node.int("axis", default: 1), rank: dimensions.count)
                let row = dimensions[axis...]
                if row.dropFirst().allSatisfy({ $0 == 1 }) { return try node.finish(operation(axis), x) }
                let rows = try node.reshape(x, dimensions[..<axis] + [row.reduce(1, *)])
                node.finish(try node.reshape(node.apply(operation(axis), rows), dimensions))
            },
            OperatorEntry(name, since: 13) { node throws(NodeFailure) in
                let axis = try node.int("axis", default: -1)
                try node.finish(operation(axis), node.input(0))
            },
        ]
    }
}
