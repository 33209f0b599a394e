import ApusGraph

extension OperatorTable {
    static let cuts: [OperatorEntry] = [
        OperatorEntry("Split", since: 2) { node throws(NodeFailure) in
            try node.split(node.optionalInts("split")?.map(Dimension.fixed))
        },
        OperatorEntry("Split", since: 13) { node throws(NodeFailure) in
            try node.split(node.has(1) ? node.dimensions(1, "the sizes of the parts") : nil)
        },
        OperatorEntry("Split", since: 18) { node throws(NodeFailure) in
            let count = try node.int("num_outputs", default: node.outputCount)
            try node.split(node.has(1) ? node.dimensions(1, "the sizes of the parts") : nil, parts: count)
        },
        OperatorEntry("Slice") { node throws(NodeFailure) in
            let axes = try node.optionalInts("axes")
            let starts = try node.ints("starts", default: []).map(Dimension.fixed)
            let ends = try node.ints("ends", default: []).map(Dimension.fixed)
            try node.finish(Slice(starts: starts, ends: ends, axes: axes), node.input(0))
        },
        OperatorEntry("Slice", since: 10) { node throws(NodeFailure) in
            let starts = try node.dimensions(1, "the start of the part")
            let ends = try node.dimensions(2, "the end of the part")
            let axes = node.has(3) ? try node.integers(3, "the axes") : nil
            let steps = node.has(4) ? try node.integers(4, "the steps") : nil
            try node.finish(Slice(starts: starts, ends: ends, axes: axes, steps: steps), node.input(0))
        },
    ]
}

extension NodeImport {
    /// - Parameters:
    ///   - sizes: of the parts; nil where all are of one size.
    ///   - parts: how many there are, of which the last may be smaller; nil for as many as there are outputs, all equal.
    fileprivate mutating func split(_ sizes: [Dimension]?, parts: Int? = nil) throws(NodeFailure) {
        let axisNumber = try int("axis", default: 0)
        let x = try input(0)
        if let sizes { return try finishAll(Split(axis: axisNumber, sizes: sizes), [x]) }
        let count = parts ?? outputCount
        guard count > 1 else { return finish(x) }
        let dimension = type(x).dimensions[try axis(axisNumber, rank: rank(x))]
        if parts == nil, let number = dimension.number, !number.isMultiple(of: count) {
            throw failure("can't cut \(number) elements into \(count) equal parts")
        }
        try finishAll(Split(axis: axisNumber, parts: count), [x])
    }
}
