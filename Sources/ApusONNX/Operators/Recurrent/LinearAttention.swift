import ApusGraph

extension OperatorTable {
    static let linearAttention: [OperatorEntry] = [
        OperatorEntry("LinearAttention", since: 27) { node throws(NodeFailure) in try node.takeLinearAttention() }
    ]
}

/// What one step of linear attention reads, in single precision. All but the query have a dimension for each key head.
private struct LinearAttentionInputs {
    /// `[N, T, key heads, queries of each, size]`.
    var query: ValueID
    /// `[N, T, key heads, size, 1]`.
    var key: ValueID
    /// `[N, T, key heads, 1, value size]`.
    var value: ValueID
    /// The logarithm of what is kept of the state: as the key, or with 1 in the place of its size.
    var decay: ValueID?
    /// `[N, T, key heads or 1, 1, 1]`.
    var rate: ValueID?
}

extension NodeImport {
    /// Steps that are written out at most.
    private static let stepLimit = 1 << 12

    fileprivate mutating func takeLinearAttention() throws(NodeFailure) {
        // Only a hint.
        _ = try optionalInt("chunk_size")
        let (heads, keyHeads) = (try int("q_num_heads"), try int("kv_num_heads"))
        let rules = [
            "linear": (false, false), "gated": (true, false), "delta": (false, true), "gated_delta": (true, true),
        ]
        let (isGated, isDelta) = try word("update_rule", default: "gated_delta", rules)
        let (query, key, value) = (try input(0), try input(1), try input(2))
        guard keyHeads >= 1, heads >= 1, heads.isMultiple(of: keyHeads),
            [query, key, value].allSatisfy({ rank($0) == 3 }), !isGated || has(4), !isDelta || has(5)
        else { throw failure("has \(heads) heads, \(keyHeads) key heads, and not all inputs that its rule needs") }
        let width = try numbers(type(query).dimensions.suffix(1), "the width of the query")[0]
        let (batch, elementType) = (type(query).dimensions[0], type(query).elementType)
        let count = try numbers([type(query).dimensions[1]], "the length of the sequence")[0]
        let written = try float("scale", default: 0)
        let scale = written == 0 ? 1 / Double(width / heads).squareRoot() : written
        var inputs = LinearAttentionInputs(
            query: try apply(.constant(scale) * .operand(0), single(query)), key: try single(key),
            value: try single(value))
        inputs.query = try reshape(
            inputs.query, [batch, .fixed(count), .fixed(keyHeads), .fixed(heads / keyHeads), -1])
        inputs.key = try reshape(inputs.key, [batch, .fixed(count), .fixed(keyHeads), -1, 1])
        inputs.value = try reshape(inputs.value, [batch, .fixed(count), .fixed(keyHeads), 1, -1])
        if isGated { inputs.decay = try reshape(single(input(4)), [batch, .fixed(count), .fixed(keyHeads), -1, 1]) }
        if isDelta { inputs.rate = try reshape(single(input(5)), [batch, .fixed(count), -1, 1, 1]) }
        let past = try optionalInput(3)
        var state = try past.map { past throws(NodeFailure) in try single(past) }
        guard count <= Self.stepLimit else { throw failure("has \(count) steps; up to \(Self.stepLimit) are taken") }
        var results: [ValueID] = []
        for place in 0..<count {
            let next = try self.state(after: state, inputs, at: place)
            results.append(try apply(MatMul(), step(inputs.query, place), next))
            state = next
        }
        for index in results.indices { results[index] = try reshape(results[index], [batch, 1, -1]) }
        let joined = results.count == 1 ? results[0] : try applyAll(Concat(axis: 1), results)[0]
        finish(try cast(joined, to: elementType))
        if makes(1), let state {
            finish(try cast(state, to: past.map { type($0).elementType } ?? elementType), output: 1)
        }
    }

    /// What a step reads of a sequence.
    private mutating func step(_ value: ValueID, _ place: Int) throws(NodeFailure) -> ValueID {
        try apply(Squeeze(axes: [1]), slice(value, axis: 1, place, place + 1))
    }

    /// The state `[N, key heads, size, value size]` after a step.
    private mutating func state(
        after state: ValueID?, _ inputs: LinearAttentionInputs, at place: Int
    ) throws(NodeFailure) -> ValueID {
        let key = try step(inputs.key, place)
        var update = try step(inputs.value, place)
        var kept = state
        if let state, let decay = inputs.decay {
            kept = try apply(.exponential(.operand(0)) * .operand(1), step(decay, place), state)
        }
        if let rate = inputs.rate {
            if let kept { update = try apply(Subtract(), update, apply(MatMul(transposeA: true), key, kept)) }
            update = try apply(Multiply(), step(rate, place), update)
        }
        let change = try apply(Multiply(), key, update)
        guard let kept else { return change }
        return try apply(Add(), kept, change)
    }
}
