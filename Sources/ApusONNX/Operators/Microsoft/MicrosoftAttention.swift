import ApusGraph

extension OperatorTable {
    static let microsoftAttentions: [OperatorEntry] = [
        OperatorEntry("Attention", .microsoft) { node throws(NodeFailure) in try node.takeProjectedAttention() },
        OperatorEntry("MultiHeadAttention", .microsoft) { node throws(NodeFailure) in try node.takeHeadAttention() },
    ]
}

extension NodeImport {
    /// Attention with the projections of query, key and value in one matrix.
    fileprivate mutating func takeProjectedAttention() throws(NodeFailure) {
        let (x, weight) = (try input(0), try input(1))
        let count = try int("num_heads")
        try require("do_rotary", is: 0)
        try require("past_present_share_buffer", is: 0)
        try require("rotary_embedding_dim", is: 0)
        let filter = try float("mask_filter_value", default: -10_000)
        guard rank(weight) == 2, let width = try dimension(1, of: weight).number else {
            throw failure("projects by \(type(weight))")
        }
        let sizes = try ints("qkv_hidden_sizes", default: [width / 3, width / 3, width / 3])
        guard sizes.count == 3, sizes.allSatisfy({ (1...width).contains($0) }), sizes.reduce(0, +) == width else {
            throw failure("'qkv_hidden_sizes' is \(sizes) for \(width) columns")
        }
        var projected = try product(try single(x), try single(weight))
        if let bias = try optionalInput(2) { projected = try apply(Add(), projected, try single(bias)) }
        var parts: [ValueID] = []
        for part in try applyAll(Split(axis: 2, sizes: sizes.map(Dimension.fixed)), [projected]) {
            parts.append(try heads(part, count))
        }
        var call = ImportedAttention(query: parts[0], key: parts[1], value: parts[2])
        call.scale = try nonzeroScale()
        call.isCausal = try flag("unidirectional")
        if let past = try optionalInput(4) {
            let own = try single(past)
            guard rank(own) == 5 else { throw failure("has a past of \(type(own))") }
            let halves = (
                try apply(Squeeze(axes: [0]), try slice(own, axis: 0, 0, 1)),
                try apply(Squeeze(axes: [0]), try slice(own, axis: 0, 1, 2))
            )
            call.offset = try dimension(3, of: own)
            call.key = try apply(Concat(axis: 2), halves.0, call.key)
            call.value = try apply(Concat(axis: 2), halves.1, call.value)
        }
        try mask(&call, keys: 3, bias: 5, filter: filter)
        let result = try rows(try attend(call).result)
        finish(try cast(result, to: type(x).elementType))
        guard makes(1) else { return }
        let present = try apply(
            Concat(axis: 0), try apply(Unsqueeze(axes: [0]), call.key), try apply(Unsqueeze(axes: [0]), call.value))
        finish(try cast(present, to: type(x).elementType), output: 1)
    }

    /// Attention of a query, keys and values that are projected already.
    fileprivate mutating func takeHeadAttention() throws(NodeFailure) {
        let count = try int("num_heads")
        let filter = try float("mask_filter_value", default: -10_000)
        guard !has(8), !has(9) else { throw failure("works in a buffer of the past, which is not computed") }
        let elementType = try inputType(0).elementType
        var parts: [ValueID] = []
        var start = 0
        for index in 0..<3 {
            var part = try single(try input(index))
            guard rank(part) == 3 || rank(part) == 4 && index > 0 else { throw failure("attends by \(type(part))") }
            guard rank(part) == 3 else {
                guard !has(3) else { throw failure("adds a bias to heads that are split already") }
                parts.append(part)
                continue
            }
            if let bias = try optionalInput(3) {
                let width = try numbers([try dimension(2, of: part)], "a width")[0]
                part = try apply(Add(), part, try slice(try single(bias), axis: 0, start, start + width))
                start += width
            }
            parts.append(try heads(part, count))
        }
        var call = ImportedAttention(query: parts[0], key: parts[1], value: parts[2])
        if has(6) || has(7) {
            let past = (try single(try input(6)), try single(try input(7)))
            guard rank(past.0) == 4, rank(past.1) == 4 else { throw failure("has a past of \(type(past.0))") }
            call.offset = try dimension(2, of: past.0)
            call.key = try apply(Concat(axis: 2), past.0, call.key)
            call.value = try apply(Concat(axis: 2), past.1, call.value)
        }
        call.scale = try nonzeroScale()
        call.isCausal = try flag("unidirectional")
        try mask(&call, keys: 4, bias: 5, filter: filter)
        let (result, exposed) = try attend(call, exposing: makes(3) ? .product : nil)
        finish(try cast(try rows(result), to: elementType))
        if makes(1) { finish(try cast(call.key, to: elementType), output: 1) }
        if makes(2) { finish(try cast(call.value, to: elementType), output: 2) }
        if let exposed { finish(try cast(exposed, to: elementType), output: 3) }
    }

    private mutating func nonzeroScale() throws(NodeFailure) -> Double? {
        let scale = try float("scale", default: 0)
        return scale == 0 ? nil : scale
    }

    /// What is added to the scores: a number for each, and `filter` where a key does not count.
    private mutating func mask(
        _ call: inout ImportedAttention, keys: Int, bias: Int, filter: Double
    ) throws(NodeFailure) {
        var sum: ValueID?
        if let counts = try optionalInput(keys) {
            let dimensions = type(counts).dimensions
            let batch = try dimension(0, of: call.query)
            let isCounts = dimensions == [batch] && type(counts).elementType.isInteger
            guard isCounts || dimensions.count == 2 || dimensions.count == 3, type(counts).elementType.isInteger else {
                throw failure("has a mask of \(type(counts)), of which form none is computed")
            }
            var seen: ValueID
            if isCounts {
                let numbers = try apply(NumberRange(count: try dimension(2, of: call.key), elementType: .i32))
                let column = try apply(Unsqueeze(axes: [1]), try apply(Cast(to: .i32), counts))
                seen = try apply(Less(), numbers, column)
            } else {
                seen = try apply(Cast(to: .bool), counts)
            }
            seen = try apply(Unsqueeze(axes: rank(seen) == 2 ? [1, 2] : [1]), seen)
            let zero = try constant(Tensor(shape: [], elements: [0]))
            sum = try apply(Where(), seen, zero, try constant(Tensor(shape: [], elements: [filter])))
        }
        if let added = try optionalInput(bias) {
            let own = try single(added)
            sum = try sum.map { (other) throws(NodeFailure) in try apply(Add(), other, own) } ?? own
        }
        call.mask = sum
    }
}
