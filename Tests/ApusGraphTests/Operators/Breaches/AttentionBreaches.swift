import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }

private let tokens = f32("N", 5, 8)
private let lengths = TensorType(.i32, ["N"])

extension Breach {
    static let attentions: [Breach] =
        shared { Attention(heads: $0, keyHeads: $1) } + shared { ScaledDotProductAttention(heads: $0, keyHeads: $1) }
        + [
            Breach(
                ScaledDotProductAttention(heads: 2), [tokens, tokens, tokens, f32(5, 5)], "C6",
                "is f32[5, 5], not f32[N, 2, 5, 5]"),
            Breach(
                ScaledDotProductAttention(heads: 2), [tokens, tokens, tokens, f32("N", 1, 5, 4)], "C6",
                "is f32[N, 1, 5, 4], not f32[N, 2, 5, 5]"),
            Breach(
                Attention(heads: 2), [tokens, tokens, tokens, f32(4, 5)], "C6",
                "a mask of f32[4, 5] can't be broadcast to f32[N, 2, 5, 5]"),
            Breach(
                Attention(heads: 2), [tokens, tokens, tokens, TensorType(.i64, [5, 5])], "C6", "a mask of i64[5, 5]"),
            Breach(
                Attention(heads: 2), [f32("N", 4, 5, 2), f32("N", 4, 5, 2), f32("N", 4, 5, 2)], "C8",
                "f32[N, 4, 5, 2] has not 2 heads"),
        ] + gradient + projected

    private static func shared(_ make: (_ heads: Int, _ keyHeads: Int) -> any Operator) -> [Breach] {
        [
            Breach(make(2, 2), [tokens], "C1", "takes a query, a key and a value, not 1 operand"),
            Breach(make(2, 2), [tokens, tokens, tokens, lengths, lengths], "C1", "takes one mask and then lengths"),
            Breach(make(2, 2), [tokens, tokens, f32("N", 8)], "C2", "not on f32[N, 8]"),
            Breach(make(2, 2), [tokens, tokens, f32(2, 5, 8)], "C2", "not on f32[2, 5, 8]"),
            Breach(make(2, 2), [tokens, tokens, f32("N", "T", 8)], "C2", "not on f32[N, T, 8]"),
            Breach(make(4, 3), [tokens, tokens, tokens], "C3", "4 heads can't share 3 key heads evenly"),
            Breach(make(3, 3), [tokens, tokens, tokens], "C4", "rows of 8, 8 and 8 numbers can't be 3 heads"),
            Breach(make(4, 2), [tokens, tokens, tokens], "C4", "4 heads of the query and 2"),
            Breach(make(2, 2), [tokens, tokens, f32("N", 4, 8)], "C5", "has 5 keys and 4 values"),
            Breach(make(2, 2), [tokens, tokens, tokens, TensorType(.i32, [5])], "C7", "is i32[N] here, not i32[5]"),
        ]
    }

    private static let gradient: [Breach] = {
        let gradient = ScaledDotProductAttentionGradient(heads: 2)
        let logarithms = f32("N", 2, 5)
        return [
            Breach(gradient, [tokens, tokens, tokens, tokens, tokens], "C1", "not 5 operands"),
            Breach(gradient, [tokens, tokens, tokens, f32("N", 4, 8), tokens, logarithms], "C2", "5 keys and 4 values"),
            Breach(gradient, [logarithms, tokens, tokens, tokens, tokens, logarithms], "C3", "not f32[N, 2, 5]"),
            Breach(gradient, [tokens, tokens, tokens, tokens, logarithms, logarithms], "C3", "not f32[N, 2, 5]"),
            Breach(gradient, [tokens, tokens, tokens, tokens, tokens, tokens], "C3", "is f32[N, 2, 5] here"),
        ]
    }()

    private static let projected: [Breach] = {
        let (own, cross) = (MultiHeadAttention(heads: 2), MultiHeadAttention(heads: 2, isCross: true))
        let masked = MultiHeadAttention(heads: 2, isMasked: true)
        return [
            Breach(cross, [tokens], "C1", "takes query, key and value, and perhaps lengths and 8 parameters, not 1"),
            Breach(own, Array(repeating: f32(8, 8), count: 10), "C1", "not 10 operands"),
            Breach(own, [f32("N", 8)], "C2", "not on f32[N, 8]"),
            Breach(cross, [tokens, tokens, f32(2, 5, 8)], "C2", "not on f32[2, 5, 8]"),
            Breach(MultiHeadAttention(heads: 3), [tokens], "C3", "8 numbers can't be 3 heads"),
            Breach(MultiHeadAttention(heads: 4, keyHeads: 3), [tokens], "C3", "4 heads that share 3 key heads"),
            Breach(cross, [tokens, tokens, f32("N", 4, 8)], "C4", "has 5 keys and 4 values"),
            Breach(masked, [tokens, f32(4, 5)], "C5", "can't be broadcast to f32[N, 2, 5, 5]"),
            Breach(own, [tokens, TensorType(.i32, [5])], "C6", "is i32[N] here, not i32[5]"),
            Breach(own, [tokens, f32(8, 7)], "C7", "is f32[8, 8] here, not f32[8, 7]"),
        ]
    }()
}
