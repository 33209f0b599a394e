import ApusGraph

/// Scaled dot-product attention of heads, with all that ONNX's operators ask for. All values are of single precision.
struct ImportedAttention {
    /// `[N, heads, T, size]`.
    var query: ValueID
    /// `[N, key heads, S, size]`.
    var key: ValueID
    /// `[N, key heads, S, value size]`.
    var value: ValueID
    /// Added to the scores, or bool: true where a query sees a key. Broadcast to `[N, heads, T, S]`.
    var mask: ValueID?
    /// `[N]` of i32: the keys of each sample that count.
    var lengths: ValueID?
    /// 1 / √size where it is nil.
    var scale: Double?
    var isCausal = false
    /// The keys that come before the first query; where it is nil, `lengths` less the queries.
    var offset: Dimension? = 0
    /// How far before and after itself a query sees; nil for any distance.
    var window: (left: Int?, right: Int?) = (nil, nil)
    /// Scores are kept within ±softcap; 0 for no bound.
    var softcap = 0.0
}

/// What is made on the way.
enum AttentionStage: Int {
    case product, capped, masked, probabilities
}

extension NodeImport {
    /// The result `[N, heads, T, value size]`, and what another output asks for.
    mutating func attend(
        _ call: ImportedAttention, exposing stage: AttentionStage? = nil
    ) throws(NodeFailure) -> (result: ValueID, exposed: ValueID?) {
        let (heads, keyHeads) = try headCounts(call)
        let sizes = (type(call.query).dimensions.dropFirst() + type(call.key).dimensions.dropFirst())
        let hasNumbers = sizes.allSatisfy { $0.number != nil }
        let isFused =
            stage == nil && call.softcap == 0 && call.window == (nil, nil) && hasNumbers
            && (!call.isCausal || call.offset?.number != nil)
        guard isFused else { return try attendInSteps(call, heads: heads, keyHeads: keyHeads, stage) }
        var operands = [call.query, call.key, call.value]
        if let mask = call.mask { operands.append(try padded(mask, keys: try dimension(2, of: call.key))) }
        if let lengths = call.lengths { operands.append(lengths) }
        let operation = Attention(
            heads: heads, keyHeads: keyHeads, scale: call.scale, causalOffset: call.isCausal ? call.offset?.number : nil
        )
        return (try applyAll(operation, operands)[0], nil)
    }

    private func headCounts(_ call: ImportedAttention) throws(NodeFailure) -> (heads: Int, keyHeads: Int) {
        let all = [call.query, call.key, call.value].map { type($0) }
        guard all.allSatisfy({ $0.rank == 4 }), let heads = all[0].dimensions[1].number,
            let keyHeads = all[1].dimensions[1].number, keyHeads >= 1, heads % keyHeads == 0,
            all[2].dimensions[1] == all[1].dimensions[1]
        else { throw failure("can't attend by \(all)") }
        return (heads, keyHeads)
    }

    /// The mask with what blocks keys that it says nothing of.
    private mutating func padded(_ mask: ValueID, keys: Dimension) throws(NodeFailure) -> ValueID {
        guard rank(mask) >= 1, let last = type(mask).dimensions.last?.number, let keys = keys.number, last < keys,
            last > 1
        else { return mask }
        let zeros = type(mask).dimensions.map { _ in 0 }
        return try apply(
            Pad(
                before: zeros, after: zeros.dropLast() + [keys - last],
                value: type(mask).elementType == .bool ? 0 : -.infinity), mask)
    }

    private mutating func attendInSteps(
        _ call: ImportedAttention, heads: Int, keyHeads: Int, _ stage: AttentionStage?
    ) throws(NodeFailure) -> (result: ValueID, exposed: ValueID?) {
        let (query, key) = (type(call.query).dimensions, type(call.key).dimensions)
        let size = try numbers([query[3]], "the size of a head")[0]
        let scale = call.scale ?? 1 / Double(size).squareRoot()
        var scores = try product(of: call.query, call.key, isTransposed: true, heads: heads, keyHeads: keyHeads)
        scores = try apply(.operand(0) * .constant(scale), scores)
        var exposed = stage == .product ? scores : nil
        if call.softcap > 0 {
            let bound = Expression.constant(call.softcap)
            scores = try apply(.hyperbolicTangent(.operand(0) / bound) * bound, scores)
        }
        if stage == .capped { exposed = scores }
        let bias = try attentionBias(call, queries: query[2], keys: key[2])
        if let bias { scores = try apply(Add(), scores, bias) }
        if stage == .masked { exposed = scores }
        var weights = try apply(Softmax(axis: -1), scores)
        if let bias {
            // A query that sees no key has only −∞, of which there is no softmax.
            let largest = try apply(ReduceMax(axes: [-1], keep: true), bias)
            let sees = try apply(Greater(), largest, try scalar(-3e38, like: largest))
            weights = try apply(Where(), sees, weights, try scalar(0, like: weights))
        }
        if stage == .probabilities { exposed = weights }
        let result = try product(of: weights, call.value, isTransposed: false, heads: heads, keyHeads: keyHeads)
        return (result, exposed)
    }

    /// The product of each head with the key head that it shares.
    private mutating func product(
        of a: ValueID, _ b: ValueID, isTransposed: Bool, heads: Int, keyHeads: Int
    ) throws(NodeFailure) -> ValueID {
        guard heads != keyHeads else { return try apply(MatMul(transposeB: isTransposed), a, b) }
        let dimensions = type(a).dimensions
        let groups = [dimensions[0], .fixed(keyHeads), .fixed(heads / keyHeads)] + dimensions.suffix(2)
        let shared = try apply(Unsqueeze(axes: [2]), b)
        let products = try apply(MatMul(transposeB: isTransposed), try reshape(a, groups), shared)
        let last = type(products).dimensions.suffix(2)
        return try reshape(products, [dimensions[0], .fixed(heads)] + last)
    }

    /// What is added to the scores: 0 where a query sees a key and −∞ where it doesn't, or any number of the mask; nil for nothing.
    private mutating func attentionBias(
        _ call: ImportedAttention, queries: Dimension, keys: Dimension
    ) throws(NodeFailure) -> ValueID? {
        var bias: ValueID?
        if let mask = call.mask {
            let whole = try padded(mask, keys: keys)
            bias = type(whole).elementType == .bool ? try blocking(whole) : whole
        }
        func add(_ mask: ValueID, _ node: inout NodeImport) throws(NodeFailure) {
            let own = try node.blocking(mask)
            bias = try bias.map { (other) throws(NodeFailure) in try node.apply(Add(), other, own) } ?? own
        }
        let (left, right) = call.window
        let rowNumbers = try reshape(try apply(NumberRange(count: queries)), [queries, 1])
        let columnNumbers = try apply(NumberRange(count: keys))
        if call.isCausal || left != nil || right != nil {
            let rows = try firstKeys(call, queries: queries, rowNumbers)
            if call.isCausal { try add(try apply(LessOrEqual(), columnNumbers, rows), &self) }
            if let left {
                let first = try apply(Subtract(), rows, try scalar(Double(left), like: rows))
                try add(try apply(GreaterOrEqual(), columnNumbers, first), &self)
            }
            if let right {
                let last = try apply(Add(), rows, try scalar(Double(right), like: rows))
                try add(try apply(LessOrEqual(), columnNumbers, last), &self)
            }
        }
        if let lengths = call.lengths {
            let counts = try apply(Cast(to: .i64), lengths)
            let column = try apply(Unsqueeze(axes: [1, 2, 3]), counts)
            try add(try apply(Less(), columnNumbers, column), &self)
        }
        return bias
    }

    /// The number that each query has among the keys: `[T, 1]`, or `[N, 1, T, 1]` where it depends on the sample.
    private mutating func firstKeys(
        _ call: ImportedAttention, queries: Dimension, _ rowNumbers: ValueID
    ) throws(NodeFailure) -> ValueID {
        if let offset = call.offset {
            guard let number = offset.number else {
                let numbers = try apply(NumberRange(count: offset + queries))
                let own = try apply(Slice(starts: [offset], ends: [offset + queries], axes: [0]), numbers)
                return try reshape(own, [queries, 1])
            }
            return number == 0 ? rowNumbers : try apply(Add(), rowNumbers, try scalar(Double(number), like: rowNumbers))
        }
        guard let lengths = call.lengths, let count = queries.number else {
            throw failure("sees keys before the queries, and how many is not known")
        }
        let counts = try apply(Cast(to: .i64), lengths)
        let column = try apply(Unsqueeze(axes: [1, 2, 3]), counts)
        let offsets = try apply(Subtract(), column, try scalar(Double(count), like: column))
        return try apply(Add(), offsets, rowNumbers)
    }

    /// 0 where a mask is true, and −∞ elsewhere.
    fileprivate mutating func blocking(_ mask: ValueID) throws(NodeFailure) -> ValueID {
        let seen = try constant(Tensor(shape: [], elements: [0]))
        return try apply(Where(), mask, seen, try constant(Tensor(shape: [], elements: [-.infinity])))
    }

    /// Rows of tokens, `[N, T, heads · size]`, as heads, `[N, heads, T, size]`.
    mutating func heads(_ rows: ValueID, _ count: Int) throws(NodeFailure) -> ValueID {
        let dimensions = type(rows).dimensions
        guard dimensions.count == 3, let width = dimensions[2].number, count >= 1, width % count == 0 else {
            throw failure("can't split \(type(rows)) into \(count) heads")
        }
        let split = try reshape(rows, [dimensions[0], dimensions[1], .fixed(count), .fixed(width / count)])
        return try transpose(split, [0, 2, 1, 3])
    }

    /// Heads as rows of tokens.
    mutating func rows(_ heads: ValueID) throws(NodeFailure) -> ValueID {
        let dimensions = type(heads).dimensions
        return try reshape(
            try transpose(heads, [0, 2, 1, 3]), [dimensions[0], dimensions[2], dimensions[1] * dimensions[3]])
    }
}
