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
            try node.slice(Slice(starts: starts, ends: ends, axes: axes))
        },
        OperatorEntry("Slice", since: 10) { node throws(NodeFailure) in
            let starts = try node.dimensions(1, "the start of the part")
            let ends = try node.dimensions(2, "the end of the part")
            let axes = node.has(3) ? try node.integers(3, "the axes") : nil
            let steps = node.has(4) ? try node.integers(4, "the steps") : nil
            try node.slice(Slice(starts: starts, ends: ends, axes: axes, steps: steps))
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
        if let sizes { return try split(x, axisNumber, sizes) }
        let count = parts ?? outputCount
        guard count <= node.output.count else {
            throw failure("makes \(count) parts, and has \(node.output.count) outputs")
        }
        guard count > 1 else { return finish(x) }
        let dimension = type(x).dimensions[try axis(axisNumber, rank: rank(x))]
        if parts == nil, let number = dimension.number, !number.isMultiple(of: count) {
            throw failure("can't cut \(number) elements into \(count) equal parts")
        }
        try finishAll(Split(axis: axisNumber, parts: count), [x])
    }

    /// Parts of these sizes; some may be empty.
    private mutating func split(_ x: ValueID, _ axisNumber: Int, _ sizes: [Dimension]) throws(NodeFailure) {
        let filled = sizes.indices.filter { sizes[$0] != 0 }
        let split = Split(axis: axisNumber, sizes: filled.map { sizes[$0] })
        guard filled.count < sizes.count else { return try finishAll(split, [x]) }
        for (output, part) in zip(filled, try applyAll(split, [x])) { finish(part, output: output) }
        var dimensions = type(x).dimensions
        dimensions[try axis(axisNumber, rank: rank(x))] = 0
        for output in sizes.indices where sizes[output] == 0 {
            try finish(empty(type(x).elementType, dimensions), output: output)
        }
    }

    /// Ends with a part of input 0, which may be empty.
    fileprivate mutating func slice(_ slice: Slice) throws(NodeFailure) {
        let x = try input(0)
        let axes = slice.axes ?? Array(0..<slice.ends.count)
        // What is wrong with their numbers, the operator says.
        guard var shape = type(x).shape, axes.count == slice.starts?.count, axes.count == slice.ends.count,
            slice.steps.map({ $0.count == axes.count }) ?? true
        else { return try finish(slice, x) }
        for (index, number) in axes.enumerated() {
            let axis = try axis(number, rank: shape.count)
            guard let start = slice.starts?[index].number, let end = slice.ends[index].number else { continue }
            // A place from the end, and one within the dimension.
            let isBackward = (slice.steps?[index] ?? 1) < 0
            let places = [start, end].map { place in
                min(max(place < 0 ? place + shape[axis] : place, isBackward ? -1 : 0), shape[axis])
            }
            let isEmpty = isBackward ? min(places[0], shape[axis] - 1) <= places[1] : places[0] >= places[1]
            if isEmpty { shape[axis] = 0 }
        }
        guard shape.contains(0) else { return try finish(slice, x) }
        try finish(empty(type(x).elementType, shape.map(Dimension.fixed)))
    }
}
