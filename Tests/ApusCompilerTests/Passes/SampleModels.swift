import ApusGraph

/// Specs that several suites use.
enum SampleModels {
    static let mnist = """
        model mnist_cnn
        input image: f32[N, 1, 28, 28]
        conv1 = conv2d(image, filters: 16, kernel: [3, 3], padding: 1)
        act1 = relu(conv1)
        pool1 = max_pool2d(act1, window: [2, 2])
        conv2 = conv2d(pool1, filters: 32, kernel: [3, 3], padding: 1)
        act2 = relu(conv2)
        pool2 = max_pool2d(act2, window: [2, 2])
        conv3 = conv2d(pool2, filters: 32, kernel: [3, 3], padding: 1)
        act3 = relu(conv3)
        pool3 = max_pool2d(act3, window: [2, 2])
        flat = flatten(pool3)
        logits = dense(flat, units: 10)
        output probabilities = softmax(logits)
        """
}
