import ApusGraph

extension OperatorTable {
    static let scatters: [OperatorEntry] = [
        elements("Scatter", since: 9), elements("ScatterElements", since: 11),
        OperatorEntry("ScatterND", since: 11) { node throws(NodeFailure) in
            let reduction = try node.scatterReduction()
            try node.finish(ScatterND(reduction: reduction), node.input(0), node.input(1), node.input(2))
        },
        OperatorEntry("TensorScatter", since: 24) { node throws(NodeFailure) in try node.takeTensorScatter() },
    ]

    private static func elements(_ name: String, since: Int) -> OperatorEntry {
        OperatorEntry(name, since: since) { node throws(NodeFailure) in
            let axis = try node.int("axis", default: 0)
            let reduction = try node.scatterReduction()
            try node.finish(
                ScatterElements(axis: axis, reduction: reduction), node.input(0), node.input(1), node.input(2))
        }
    }
}

extension NodeImport {
    fileprivate mutating func scatterReduction() throws(NodeFailure) -> ScatterReduction {
        try word(
            "reduction", default: "none",
            ["none": .none, "add": .add, "mul": .multiply, "max": .maximum, "min": .minimum])
    }

    /// Each sample's update goes to its own place along the axis.
    fileprivate mutating func takeTensorScatter() throws(NodeFailure) {
        let isCircular = try word("mode", default: "linear", ["linear": false, "circular": true])
        let (cache, update) = (try input(0), try input(1))
        let (whole, dimensions) = (type(cache).dimensions, type(update).dimensions)
        let axis = try axis(int("axis", default: -2), rank: whole.count)
        guard axis > 0, dimensions.count == whole.count else {
            throw failure("can't put \(type(update)) into \(type(cache)) along axis \(axis)")
        }
        var along = [Dimension](repeating: 1, count: whole.count)
        along[axis] = dimensions[axis]
        var places = try reshape(apply(NumberRange(count: dimensions[axis])), along)
        if let starts = try optionalInput(2) {
            var column = [Dimension](repeating: 1, count: whole.count)
            column[0] = dimensions[0]
            places = try apply(Add(), places, reshape(starts, column))
        }
        if isCircular {
            let size = try numbers([whole[axis]], "the dimension at the axis")[0]
            places = try apply(Modulo(), places, scalar(Double(size), like: places))
        }
        try finish(ScatterElements(axis: axis), cache, apply(Expand(shape: dimensions), places), update)
    }
}
