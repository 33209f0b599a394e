import ApusGraph

extension OperatorTable {
    static let sequences: [OperatorEntry] = [
        OperatorEntry("ReverseSequence", since: 10) { node throws(NodeFailure) in
            let x = try node.input(0)
            let dimensions = node.type(x).dimensions
            let time = try node.axis(node.int("time_axis", default: 0), rank: dimensions.count)
            let batch = try node.axis(node.int("batch_axis", default: 1), rank: dimensions.count)
            guard time != batch else { throw node.failure("has one axis for time and batch") }
            var (row, column) = ([Dimension](repeating: 1, count: dimensions.count), dimensions)
            for axis in dimensions.indices where axis != batch { column[axis] = 1 }
            row[time] = dimensions[time]
            let places = try node.reshape(node.apply(NumberRange(count: dimensions[time])), row)
            let lengths = try node.reshape(node.cast(node.input(1), to: .i64), column)
            let one = try node.scalar(1, like: lengths)
            let mirrored = try node.apply(Subtract(), node.apply(Subtract(), lengths, one), places)
            let sources = try node.apply(Where(), node.apply(Less(), places, lengths), mirrored, places)
            try node.finish(GatherElements(axis: time), x, node.apply(Expand(shape: dimensions), sources))
        }
    ]
}
