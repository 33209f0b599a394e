import ApusGraph

extension OperatorTable {
    static let causalConvolutions: [OperatorEntry] = [
        OperatorEntry("CausalConvWithState", since: 27) { node throws(NodeFailure) in
            try node.takeCausalConvolution()
        }
    ]
}

extension NodeImport {
    /// Each channel is convolved by itself with what is before it, at first with the state.
    fileprivate mutating func takeCausalConvolution() throws(NodeFailure) {
        let isWeighted = try word("activation", default: "none", ["none": false, "silu": true, "swish": true])
        let (x, weight) = (try input(0), try input(1))
        guard let shape = type(weight).shape, shape.count == 3, shape[1] == 1, rank(x) == 3 else {
            throw failure("convolves \(type(x)) with \(type(weight))")
        }
        let (elementType, before) = (type(x).elementType, shape[2] - 1)
        let sequence: ValueID
        if let past = try optionalInput(3), before > 0 {
            sequence = try apply(Concat(axis: 2), past, x)
        } else {
            sequence = try apply(Pad(before: [0, 0, before], after: [0, 0, 0]), x)
        }
        let bias = try optionalInput(2)
        var y: ValueID
        if isComputed(weight) {
            let columns = try patches(single(sequence), ImportedWindow(size: [shape[2]]))
            y = try convolution(columns, weight, bias, groups: shape[0])
        } else {
            var operands = [try single(sequence), try single(weight)]
            if let bias { operands.append(try single(bias)) }
            let convolution = Convolution1D(
                filters: shape[0], kernel: shape[2], groups: shape[0], bias: bias != nil)
            y = try applyAll(convolution, operands)[0]
        }
        if isWeighted { y = try apply(Silu(), y) }
        finish(try cast(y, to: elementType))
        guard makes(1) else { return }
        let dimensions = type(sequence).dimensions
        guard before > 0 else {
            return try finish(empty(elementType, Array(dimensions.prefix(2)) + [0]), output: 1)
        }
        let last = Slice(starts: [dimensions[2] - .fixed(before)], ends: [dimensions[2]], axes: [2])
        finish(try apply(last, sequence), output: 1)
    }
}
