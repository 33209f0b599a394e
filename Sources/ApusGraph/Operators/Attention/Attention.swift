/// Scaled dot-product attention, of tokens or of heads.
public struct Attention: CompositeOperator {
    public static let name = "attention"
    public static let documentation = OperatorDocumentation(
        summary: "Weighs values by how well their keys fit a query, for several heads.",
        details: """
            `softmax(scale · query · keyᵀ + mask) · value` for each head: Vaswani et al., "Attention Is All You Need" (2017), \
            section 3.2.1. Operands of three dimensions are rows of tokens, in which the heads lie one after the other; those of \
            four dimensions are split into heads already. A mask of f32 is added, and one of bool is true where a query sees a \
            key; it is not trained. A query that sees no key gives zeros.
            """,
        operands: [
            .init("query", "f32[N, T, heads × size] or f32[N, heads, T, size]"),
            .init("key", "f32[N, S, key_heads × size] or f32[N, key_heads, S, size]"),
            .init("value", "f32[N, S, key_heads × value size] or f32[N, key_heads, S, value size]"),
            .init("mask", "f32 or bool, broadcast to [N, heads, T, S]; may be left out"),
            .init("lengths", "i32[N], how many of a sample's keys count; may be left out"),
        ],
        attributes: AttentionLayout.attributes,
        results: [.init("y", "f32, query with the size of a value")],
        constraints: AttentionLayout.constraints + [
            .init("C6", "the mask is f32 or bool of at most four dimensions, and can be broadcast to [N, heads, T, S]"),
            .init("C7", "lengths are i32[N]"),
            .init("C8", "operands of four dimensions have as many heads as `heads` and `key_heads` say"),
        ],
        example: "y = attention(query, key, value, heads: 8, causal: true)")

    var layout: AttentionLayout

    /// - Parameters:
    ///   - keyHeads: heads of key and value; as many as of the query where it is nil.
    ///   - scale: 1 / sqrt(size of a head) where it is nil.
    ///   - causalOffset: where it is given, query `i` sees only the keys up to `i + causalOffset`.
    public init(heads: Int, keyHeads: Int? = nil, scale: Double? = nil, causalOffset: Int? = nil) {
        layout = AttentionLayout(heads: heads, keyHeads: keyHeads, scale: scale, causalOffset: causalOffset)
    }
    init(_ layout: AttentionLayout) { self.layout = layout }
    public init(attributes: inout AttributeReader) throws(AttributeError) { layout = try AttentionLayout(&attributes) }
    public var attributes: [Attribute] { layout.attributes }

    /// The types of query, key and value as rows of tokens.
    private func rows(_ operands: [TensorType]) throws(ConstraintViolation) -> [TensorType] {
        guard operands.count >= 3, operands.prefix(3).allSatisfy({ $0.rank == 4 }) else {
            return Array(operands.prefix(3))
        }
        return try zip(operands, [layout.heads, layout.keyHeads, layout.keyHeads]).enumerated().map {
            (index, pair) throws(ConstraintViolation) in
            let (type, heads) = pair
            guard type.dimensions[1] == .fixed(heads) else {
                throw ConstraintViolation(
                    "C8", "\(type) has not \(heads) head\(heads == 1 ? "" : "s")",
                    remedy: "give [N, heads, rows, size], or set 'heads' and 'key_heads'", at: .operand(index))
            }
            return TensorType(
                type.elementType,
                [type.dimensions[0], type.dimensions[2], type.dimensions[1] * type.dimensions[3]])
        }
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let sizes = try layout.sizes(try rows(operands), Self.name)
        var types = operands
        if types.count > 3, types[3].elementType != .i32 {
            let full = [sizes.batch, .fixed(layout.heads), .fixed(sizes.queries), .fixed(sizes.keys)]
            guard [.f32, .bool].contains(types[3].elementType), types[3].rank <= 4,
                (try? broadcastDimensions([TensorType(.f32, full), TensorType(.f32, types[3].dimensions)])) == full
            else {
                throw ConstraintViolation(
                    "C6", "a mask of \(types[3]) can't be broadcast to \(TensorType(.f32, full))",
                    remedy: "give f32 or bool of these dimensions, 1 for those along which it is the same",
                    at: .operand(3))
            }
            types[3] = TensorType(.f32, full)
        }
        _ = try layout.extras(types, from: 3, sizes, Self.name, count: "C1", mask: "C6", lengths: "C7")
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let type = composer.type(of: operands[0])
        var values = operands
        if values.count > 3 { values[3] = try composer.attentionMask(values[3]) }
        guard type.rank == 4 else { return [try composer.emitAll(ScaledDotProductAttention(layout), values)[0]] }
        for index in 0..<3 {
            let dimensions = composer.type(of: operands[index]).dimensions
            let tokens = try composer.emit(Transpose(permutation: [0, 2, 1, 3]), operands[index])
            values[index] = try composer.emit(
                Reshape(whole: [dimensions[0], dimensions[2], dimensions[1] * dimensions[3]]), tokens)
        }
        let y = try composer.emitAll(ScaledDotProductAttention(layout), values)[0]
        let rows = composer.type(of: y).dimensions
        let heads = try composer.emit(
            Reshape(whole: [rows[0], rows[1], .fixed(layout.heads), .fixed((rows[2].number ?? 0) / layout.heads)]), y)
        return [try composer.emit(Transpose(permutation: [0, 2, 1, 3]), heads)]
    }
}

extension Composer {
    /// A mask as f32 of four dimensions. What is no mask, but lengths, stays as it is.
    fileprivate mutating func attentionMask(_ mask: ValueID) throws(GraphError) -> ValueID {
        let type = type(of: mask)
        guard type.elementType != .i32 else { return mask }
        var whole = mask
        if type.rank < 4 {
            whole = try emit(
                Reshape(whole: Array(repeating: .fixed(1), count: 4 - type.rank) + type.dimensions), mask)
        }
        guard type.elementType == .bool else { return whole }
        let seen = try constant("seen", TensorType(.f32, []), .numbers([0]))
        let blocked = try constant("blocked", TensorType(.f32, []), .numbers([-.infinity]))
        return try emit(Where(), whole, seen, blocked)
    }
}
