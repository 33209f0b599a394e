// Models whose values are made inside of the one that they are joined into, and parts that are views.
extension GeneralModels {
    static let joined: [String: String] = [
        "images joined where they are made": """
        input image: f32[N, 3, 6, 6]
        a = relu(conv2d(image, filters: 16, kernel: [3, 3], padding: 1))
        b = conv2d(max_pool2d(a, window: [2, 2]), filters: 32, kernel: [3, 3], padding: 1)
        c = conv_transpose2d(b, filters: 16, kernel: [2, 2], stride: [2, 2])
        d = concat(a, c, axis: 1)
        e = conv2d(d, filters: 4, kernel: [3, 3], padding: 1)
        output z = tanh(e)
        """,
        "images joined again and again": """
        input image: f32[N, 3, 5, 4]
        a = conv2d(image, filters: 16, kernel: [3, 3], padding: 1)
        b = conv2d(tanh(a), filters: 16, kernel: [3, 3], padding: 1)
        c = concat(a, b, axis: 1)
        d = conv2d(sigmoid(c), filters: 5, kernel: [1, 1])
        e = concat(c, d, axis: 1)
        output z = conv2d(e, filters: 2, kernel: [3, 3], padding: 1)
        """,
        "both signs of an image": """
        input image: f32[N, 2, 4, 5]
        a = conv2d(image, filters: 32, kernel: [3, 3], padding: 1)
        b = concat(a, neg(a), axis: 1)
        output z = conv2d(relu(b), filters: 3, kernel: [3, 3], padding: 1)
        """,
        "images with parts of blocks": """
        input image: f32[N, 2, 4, 5]
        a = conv2d(image, filters: 6, kernel: [3, 3], padding: 1)
        b = concat(a, sigmoid(a), image, axis: 1)
        output z = conv2d(b, filters: 3, kernel: [3, 3], padding: 1)
        """,
        "parts of an image": """
        input image: f32[N, 2, 4, 5]
        a = conv2d(image, filters: 48, kernel: [3, 3], padding: 1)
        b, c = split(a, axis: 1, sizes: [16, 32])
        d = conv2d(c, filters: 16, kernel: [3, 3], padding: 1)
        output z = add(multiply(b, d), b)
        """,
        "rows joined where they are made": """
        input image: f32[N, 3, 16]
        parameter w: f32[16, 16] = glorot_uniform(fan_in: 16, fan_out: 16)
        a = matmul(image, w)
        b = tanh(a)
        c = concat(b, image, a, axis: 1)
        output z = softmax(c)
        """,
        "a joined output": """
        input image: f32[N, 32]
        a = dense(image, units: 16)
        b = tanh(dense(a, units: 32))
        output z = concat(b, a, axis: 1)
        """,
        "a bias and a scale for each channel": """
        input image: f32[N, 3, 5, 4]
        parameter scale: f32[20, 1, 1] = constant(0.7)
        parameter bias: f32[1, 20, 1, 1] = constant(-0.3)
        a = conv2d(image, filters: 20, kernel: [3, 3], padding: 1)
        b = add(multiply(a, scale), bias)
        c = relu(b)
        output z = conv2d(c, filters: 2, kernel: [3, 3], padding: 1)
        """,
        "chains of element-wise operators": """
        input image: f32[N, 4, 5]
        parameter w: f32[5] = glorot_uniform(fan_in: 5, fan_out: 1)
        a = sigmoid(add(multiply(image, w), image))
        b = tanh(multiply(a, a))
        c = where(greater(b, image), multiply(b, w), exp(neg(a)))
        output z = max(add(c, a), b)
        """,
    ]
}
