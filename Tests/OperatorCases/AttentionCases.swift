import ApusGraph

// Attention, of tokens and of heads.
extension OperatorCase {
    static let attentions: [String: Generator] = [
        "attention": { random in
            let call = AttentionDraw(&random)
            let isSplit = random.chance(0.5)
            let operands = isSplit ? call.split : call.tokens
            var (extras, draws) = ([TensorType](), operands.map { _ in Draw.spread })
            if random.chance(0.6) {
                let isBoolean = random.chance(0.5)
                let mask = call.mask(&random)
                let rank = random.integer(0...4)
                let type = TensorType(
                    isBoolean ? .bool : .f32, rank == 4 ? mask.dimensions : call.shared(rank))
                extras.append(type)
                draws.append(isBoolean ? .whole(0...1) : .spread)
            }
            if random.chance(0.4) {
                extras.append(TensorType(.i32, [call.batch]))
                draws.append(.whole(0...call.keys + 1))
            }
            return OperatorCase(
                Attention(heads: call.heads, keyHeads: call.keyHeads, scale: call.scale, causalOffset: call.causalOffset),
                operands + extras, draws: draws, differentiable: [0, 1, 2])
        },
        "multi_head_attention": { random in
            let (keyHeads, isCross, isMasked) = (random.integer(1...2), random.chance(0.4), random.chance(0.4))
            let heads = keyHeads * random.pick(1, 2)
            let (queries, keys) = (random.integer(1...2), random.integer(1...3))
            let operation = MultiHeadAttention(
                heads: heads, keyHeads: keyHeads, causalOffset: random.pick(nil, 0), isCross: isCross,
                isMasked: isMasked, bias: random.chance(0.5))
            func tokens(_ rows: Int, _ width: Int) -> TensorType { TensorType(.f32, ["N", .fixed(rows), .fixed(width)]) }
            var operands = [tokens(queries, heads)]
            if isCross { operands += [tokens(keys, random.integer(1...2)), tokens(keys, random.integer(1...2))] }
            var draws = operands.map { _ in Draw.spread }
            if isMasked {
                operands.append(
                    TensorType(random.pick(.f32, .bool), [.fixed(queries), .fixed(isCross ? keys : queries)]))
                draws.append(.whole(0...1))
            }
            if random.chance(0.3) {
                operands.append(TensorType(.i32, ["N"]))
                draws.append(.whole(0...3))
            }
            let given = operands.count
            operands += operation.implicitParameters(operands).map(\.type)
            draws += operands[given...].map { _ in .spread }
            let trained = operands.indices.filter { $0 < (isCross ? 3 : 1) || $0 >= given }
            return OperatorCase(operation, operands, draws: draws, differentiable: trained)
        },
        "scaled_dot_product_attention": { random in
            let call = AttentionDraw(&random)
            let (extras, draws) = call.extras(&random)
            return OperatorCase(
                call.operation, call.tokens + extras, draws: call.tokens.map { _ in .spread } + draws,
                differentiable: [0, 1, 2])
        },
        "scaled_dot_product_attention_gradient": { random in
            let call = AttentionDraw(&random)
            let (extras, draws) = call.extras(&random)
            guard let results = try? call.operation.infer(call.tokens).map(\.type) else {
                preconditionFailure("\(call.tokens)")
            }
            let operands = [results[0]] + call.tokens + results
            return OperatorCase(
                ScaledDotProductAttentionGradient(
                    heads: call.heads, keyHeads: call.keyHeads, scale: call.scale, causalOffset: call.causalOffset),
                operands + extras, draws: operands.map { _ in .spread } + draws)
        },
    ]
}

/// An attention of random sizes. The first key is always seen.
private struct AttentionDraw {
    let heads: Int
    let keyHeads: Int
    let queries: Int
    let keys: Int
    let size: Int
    let valueSize: Int
    let scale: Double?
    let causalOffset: Int?
    let batch: Dimension

    init(_ random: inout SeededRandom) {
        keyHeads = random.integer(1...2)
        heads = keyHeads * random.integer(1...2)
        (queries, keys) = (random.integer(1...3), random.integer(1...3))
        (size, valueSize) = (random.integer(1...2), random.integer(1...2))
        scale = random.pick(nil, 0.7)
        causalOffset = random.pick(nil, 0, 1)
        batch = random.pick("N", 2)
    }

    var operation: ScaledDotProductAttention {
        ScaledDotProductAttention(heads: heads, keyHeads: keyHeads, scale: scale, causalOffset: causalOffset)
    }

    var tokens: [TensorType] {
        [(queries, heads * size), (keys, keyHeads * size), (keys, keyHeads * valueSize)].map { rows, width in
            TensorType(.f32, [batch, .fixed(rows), .fixed(width)])
        }
    }

    var split: [TensorType] {
        [(heads, queries, size), (keyHeads, keys, size), (keyHeads, keys, valueSize)].map { heads, rows, size in
            TensorType(.f32, [batch, .fixed(heads), .fixed(rows), .fixed(size)])
        }
    }

    func mask(_ random: inout SeededRandom) -> TensorType {
        let full: [Dimension] = [batch, .fixed(heads), .fixed(queries), .fixed(keys)]
        return TensorType(.f32, full.map { random.chance(0.5) ? $0 : 1 })
    }

    /// The last dimensions of a mask that is the same for all samples.
    func shared(_ rank: Int) -> [Dimension] {
        [.fixed(heads), .fixed(queries), .fixed(keys)].suffix(min(rank, 3))
    }

    func extras(_ random: inout SeededRandom) -> ([TensorType], [Draw]) {
        var (types, draws) = ([TensorType](), [Draw]())
        if random.chance(0.5) {
            types.append(mask(&random))
            draws.append(.spread)
        }
        if random.chance(0.4) {
            types.append(TensorType(.i32, [batch]))
            draws.append(.whole(1...keys + 1))
        }
        return (types, draws)
    }
}
