// Models with tables, orders, resized dimensions, attention and recurrent steps.
extension GeneralModels {
    static let sequences: [String: String] = [
        "a table": """
        input image: f32[N, 6, 5]
        places = arg_max(image, axis: -1, keep: false)
        a = embedding(places, entries: 5, width: 8)
        output z = tanh(a)
        """,
        "rows of a table at fixed places": """
        input image: f32[N, 3, 5]
        parameter table: f32[4, 5] = glorot_uniform(fan_in: 4, fan_out: 5)
        constant places: i64[3] = [3, 0, -1]
        a = gather(table, places)
        output z = multiply(image, a)
        """,
        "slices of samples": """
        input image: f32[N, 4, 5]
        parameter w: f32[4, 5] = glorot_uniform(fan_in: 4, fan_out: 5)
        constant places: i32[2, 3] = [3, 0, 1, 3, -2, 3]
        a = multiply(image, w)
        output z = gather(a, places, axis: 1)
        """,
        "orders": """
        input image: f32[N, 6, 5]
        parameter w: f32[6, 5] = glorot_uniform(fan_in: 6, fan_out: 5)
        a = multiply(image, w)
        b, order = sort(a, axis: 1, descending: true)
        c, best = top_k(b, k: 3)
        d = gather_elements(c, best, axis: 1)
        output z = scatter_elements(c, best, d, axis: 1, reduction: add)
        """,
        "resized images": """
        input image: f32[N, 2, 4, 5]
        parameter w: f32[4, 5] = glorot_uniform(fan_in: 4, fan_out: 5)
        a = multiply(image, w)
        b = resize(a, scales: [2, 1.5], mode: linear)
        c = resize(b, sizes: [5, 3], mode: cubic)
        output z = resize(c, scales: [2, 2])
        """,
        "attention": """
        input image: f32[N, 6, 8]
        a = multi_head_attention(image, heads: 4, key_heads: 2, causal: true)
        output z = multi_head_attention(a, heads: 2)
        """,
        "lstm": """
        input image: f32[N, 5, 4]
        a = lstm(image, hidden: 6)
        output z = lstm(a, hidden: 3, direction: bidirectional)
        """,
        "gru and rnn": """
        input image: f32[N, 5, 4]
        a = gru(image, hidden: 6)
        b = gru(a, hidden: 5, linear_before_reset: false)
        output z = rnn(b, hidden: 7, direction: reverse)
        """,
    ]
}
