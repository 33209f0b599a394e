import ApusGraph

extension OperatorTable {
    static let margins: [OperatorEntry] = [
        OperatorEntry("Pad", since: 2) { node throws(NodeFailure) in
            let margins = try node.ints("pads", default: [])
            let value = try node.float("value", default: 0)
            try node.pad(margins, axes: nil, .known(value))
        },
        OperatorEntry("Pad", since: 11) { node throws(NodeFailure) in
            let margins = try node.integers(1, "the margins")
            let axes = node.has(3) ? try node.integers(3, "the axes") : nil
            try node.pad(margins, axes: axes, node.filling())
        },
        OperatorEntry("CenterCropPad", since: 18) { node throws(NodeFailure) in
            let x = try node.input(0)
            let sizes = try node.integers(1, "the new size")
            let axes = try node.ints("axes", default: Array(0..<node.rank(x)))
            guard axes.count == sizes.count else {
                throw node.failure("has \(sizes.count) sizes for \(axes.count) axes")
            }
            var (before, after) = ([Int](repeating: 0, count: node.rank(x)), [Int](repeating: 0, count: node.rank(x)))
            for (number, size) in zip(axes, sizes) {
                let axis = try node.axis(number, rank: node.rank(x))
                let own = try node.numbers([node.type(x).dimensions[axis]], "a dimension")[0]
                let more = size.subtractingReportingOverflow(own).partialValue
                // What is odd is cropped and padded behind.
                before[axis] = more / 2
                after[axis] = more - more / 2
            }
            try node.finish(Pad(before: before, after: after), x)
        },
    ]
}

/// What a margin is filled with.
private enum Filling {
    case known(Double)
    case computed(ValueID)
}

extension NodeImport {
    fileprivate mutating func filling() throws(NodeFailure) -> Filling {
        guard let value = try optionalInput(2) else { return .known(0) }
        guard let number = knownTensor(value)?.elements.first, !number.isNaN,
            number.isInfinite || number.magnitude <= 0x1p53
        else { return .computed(value) }
        return .known(number)
    }

    fileprivate mutating func pad(_ margins: [Int], axes: [Int]?, _ filling: Filling) throws(NodeFailure) {
        let mode: Pad.Mode = try word(
            "mode", default: "constant",
            ["constant": .constant, "edge": .edge, "reflect": .reflect, "wrap": .wrap])
        let x = try input(0)
        let axes = axes ?? Array(0..<rank(x))
        guard margins.count == 2 * axes.count else {
            throw failure("has \(margins.count) margins for \(axes.count) axes")
        }
        var (before, after) = ([Int](repeating: 0, count: rank(x)), [Int](repeating: 0, count: rank(x)))
        for (index, number) in axes.enumerated() {
            let axis = try axis(number, rank: rank(x))
            before[axis] = margins[index]
            after[axis] = margins[axes.count + index]
        }
        func padding(_ value: Double = 0) -> Pad { Pad(before: before, after: after, mode: mode, value: value) }
        guard mode == .constant else { return try finish(padding(), x) }
        switch filling {
        case .known(let number): try finish(padding(number), x)
        case .computed(let value):
            let inside = try apply(padding(), apply(Full(1, of: TensorType(.bool, type(x).dimensions))))
            try finish(Where(), inside, apply(padding(), x), value)
        }
    }
}
