import ApusGraph

extension OperatorTable {
    static let attentions: [OperatorEntry] = [
        OperatorEntry("Attention", since: 23) { node throws(NodeFailure) in try node.takeAttention() },
        OperatorEntry("RotaryEmbedding", since: 23) { node throws(NodeFailure) in
            let x = try node.input(0)
            let caches = try node.rotation(cosines: 1, sines: 2, positions: 3)
            let heads = try node.optionalInt("num_heads")
            let rotary = Rotary(
                cosines: caches.cosines, sines: caches.sines, size: try node.int("rotary_embedding_dim", default: 0),
                isInterleaved: try node.flag("interleaved"))
            node.finish(try node.rotated(x, rotary, heads: heads))
        },
    ]
}

extension NodeImport {
    fileprivate mutating func takeAttention() throws(NodeFailure) {
        let elementType = try inputType(0).elementType
        let isTokens = try inputType(0).rank == 3
        let counts = (try optionalInt("q_num_heads"), try optionalInt("kv_num_heads"))
        var parts: [ValueID] = []
        for index in 0..<3 {
            let part = try single(try input(index))
            guard isTokens else {
                parts.append(part)
                continue
            }
            guard let count = index == 0 ? counts.0 : counts.1 else {
                throw failure("does not say how many heads there are")
            }
            parts.append(try heads(part, count))
        }
        var call = ImportedAttention(query: parts[0], key: parts[1], value: parts[2])
        if has(4) || has(5) {
            let past = (try single(try input(4)), try single(try input(5)))
            call.offset = type(past.0).dimensions.count == 4 ? try dimension(2, of: past.0) : nil
            call.key = try apply(Concat(axis: 2), past.0, call.key)
            call.value = try apply(Concat(axis: 2), past.1, call.value)
        }
        if let mask = try optionalInput(3) {
            call.mask = type(mask).elementType == .bool ? mask : try single(mask)
        }
        if let lengths = try optionalInput(6) {
            guard !has(4) else { throw failure("has both a past and counts of keys") }
            call.lengths = try apply(Cast(to: .i32), lengths)
            call.offset = nil
        }
        call.scale = try optionalFloat("scale")
        call.isCausal = try flag("is_causal")
        call.softcap = try float("softcap", default: 0)
        let window = (try int("left_window_size", default: -1), try int("right_window_size", default: -1))
        call.window = (window.0 < 0 ? nil : window.0, window.1 < 0 ? nil : window.1)
        // What is asked for in less than single precision is computed in it.
        let precision = try optionalElementType("softmax_precision")
        guard precision != .f64 || elementType != .f64 else { throw failure("asks for double precision") }
        let mode = try int("qk_matmul_output_mode", default: 0)
        guard let stage = AttentionStage(rawValue: mode) else { throw failure("'qk_matmul_output_mode' is \(mode)") }
        if !isTokens, let heads = counts.0, try dimension(1, of: call.query) != .fixed(heads) {
            throw failure("'q_num_heads' is \(heads), and the query is \(type(call.query))")
        }
        let (result, exposed) = try attend(call, exposing: makes(3) ? stage : nil)
        finish(try cast(isTokens ? try rows(result) : result, to: elementType))
        if makes(1) { finish(try cast(call.key, to: try inputType(1).elementType), output: 1) }
        if makes(2) { finish(try cast(call.value, to: try inputType(2).elementType), output: 2) }
        if let exposed { finish(try cast(exposed, to: elementType), output: 3) }
    }
}

/// How heads are turned by the places of their tokens: Su et al., "RoFormer" (2021), section 3.4.2.
struct Rotary {
    /// `[N, T, size / 2]` or `[T, size / 2]`.
    var cosines: ValueID
    var sines: ValueID
    /// Numbers of a head that are turned; 0 for all.
    var size: Int
    /// Whether the two numbers that are turned together are neighbours, and not half of the size apart.
    var isInterleaved: Bool
}

extension NodeImport {
    /// The angles of each token, from tables of all places where places are given.
    mutating func rotation(
        cosines: Int, sines: Int, positions: Int
    ) throws(NodeFailure) -> (cosines: ValueID, sines: ValueID) {
        let tables = (try single(try input(cosines)), try single(try input(sines)))
        guard has(positions) else { return tables }
        let places = try input(positions)
        return (try apply(Gather(), tables.0, places), try apply(Gather(), tables.1, places))
    }

    /// Turns heads `[N, heads, T, size]` or rows of tokens `[N, T, heads · size]`.
    mutating func rotated(_ x: ValueID, _ rotary: Rotary, heads count: Int?) throws(NodeFailure) -> ValueID {
        let isTokens = rank(x) == 3
        guard isTokens || rank(x) == 4 else { throw failure("turns \(type(x))") }
        var value = try single(x)
        if isTokens {
            guard let count, count > 0 else { throw failure("does not say how many heads there are") }
            value = try heads(value, count)
        }
        let dimensions = type(value).dimensions
        let size = try numbers([dimensions[3]], "the size of a head")[0]
        let turned = rotary.size == 0 ? size : rotary.size
        guard turned >= 2, turned.isMultiple(of: 2), turned <= size else {
            throw failure("turns \(turned) of \(size) numbers")
        }
        let moving = turned == size ? value : try slice(value, axis: 3, 0, turned)
        let half = turned / 2
        var angles: [ValueID] = []
        for table in [rotary.cosines, rotary.sines] {
            guard type(table).dimensions.last == .fixed(half), (2...3).contains(rank(table)) else {
                throw failure("has angles of \(type(table)) for \(turned) numbers")
            }
            // [N, 1, T, half]
            angles.append(rank(table) == 3 ? try apply(Unsqueeze(axes: [1]), table) : table)
        }
        let pair: (ValueID, ValueID)
        if rotary.isInterleaved {
            let split = try reshape(moving, dimensions.prefix(3) + [.fixed(half), 2])
            pair = (
                try apply(Squeeze(axes: [4]), try slice(split, axis: 4, 0, 1)),
                try apply(Squeeze(axes: [4]), try slice(split, axis: 4, 1, 2))
            )
        } else {
            pair = (try slice(moving, axis: 3, 0, half), try slice(moving, axis: 3, half, turned))
        }
        let (cosine, sine) = (Expression.operand(0), Expression.operand(1))
        let first = try apply(cosine * .operand(2) - sine * .operand(3), angles[0], angles[1], pair.0, pair.1)
        let second = try apply(sine * .operand(2) + cosine * .operand(3), angles[0], angles[1], pair.0, pair.1)
        var result: ValueID
        if rotary.isInterleaved {
            let both = try apply(
                Concat(axis: 4), try apply(Unsqueeze(axes: [4]), first), try apply(Unsqueeze(axes: [4]), second))
            result = try reshape(both, dimensions.prefix(3) + [.fixed(turned)])
        } else {
            result = try apply(Concat(axis: 3), first, second)
        }
        if turned < size { result = try apply(Concat(axis: 3), result, try slice(value, axis: 3, turned, size)) }
        return try cast(isTokens ? try rows(result) : result, to: type(x).elementType)
    }
}
