import ApusCompiler
import ApusGraph

/// Models so small that a tool is done with them at once.
enum SmallModels {
    /// Images of 28 × 28, or as the settings say.
    static let spec = """
        model small
        setting image_size = 28
        setting classes = 10
        input image: f32[N, 1, image_size, image_size]
        conv1 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1)
        act1 = relu(conv1)
        pool1 = max_pool2d(act1, window: [4, 4])
        flat = flatten(pool1)
        logits = dense(flat, units: classes)
        output probabilities = softmax(logits)
        """

    /// A batch norm between a convolution and its activation, and one that no layer can take in.
    static let normalized = """
        model normalized
        input image: f32[N, 1, 28, 28]
        conv1 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1, bias: false)
        norm1 = batch_norm(conv1)
        act1 = relu(norm1)
        norm2 = batch_norm(act1)
        pool1 = global_average_pool(norm2)
        flat = flatten(pool1)
        logits = dense(flat, units: 10)
        output probabilities = softmax(logits)
        """

    /// A strided, a depthwise and a 3 × 3 convolution, and a sum of two values.
    static let depthwise = """
        model depthwise
        input image: f32[N, 1, 28, 28]
        conv1 = conv2d(image, filters: 16, kernel: [3, 3], padding: 1, stride: 2)
        act1 = relu(conv1)
        deep1 = conv2d(act1, filters: 16, kernel: [3, 3], padding: 1, groups: 16)
        act2 = relu(deep1)
        conv2 = conv2d(act2, filters: 16, kernel: [3, 3], padding: 1)
        total = add(act2, conv2)
        pool1 = global_average_pool(total)
        logits = dense(flatten(pool1), units: 10)
        output probabilities = softmax(logits)
        """

    /// A model file of a spec: each weight a number of its own, statistics above zero, labels and preparation.
    static func file(
        _ spec: String, labels: [String] = (0..<10).map { "digit \($0)" }, weights: ModelFile.WeightFormat = .f32
    ) throws -> [UInt8] {
        var model = Model(graph: try explicit(spec), labels: labels)
        model = model.initialized(seed: 7)
        for parameter in model.graph.parameters where parameter.role == .statistic {
            let name = model.graph[parameter.value].name
            model.weights[name] = model.weights[name]?.indices.map { 0.5 + 0.25 * Float($0) }
        }
        model.preparation = [.init(name: "invert", value: "auto")]
        return try ModelFile.encode(model, weights: weights)
    }

    /// A model that answers one class whatever it sees, with probability 1/2: the others share the rest.
    static func stubborn(answering label: Int) throws -> [UInt8] {
        let spec = """
            model stubborn
            input image: f32[N, 1, 28, 28]
            parameter weight: f32[10, 784] = constant(0)
            parameter bias: f32[10] = constant(0)
            flat = flatten(image)
            logits = dense(flat, weight, bias, units: 10)
            output probabilities = softmax(logits)
            """
        var model = Model(graph: try Graph.parse(spec))
        model.weights["weight"] = Array(repeating: 0, count: 7840)
        // exp(2.1972246) is 9, and 9 / (9 + 9 · 1) is one half.
        model.weights["bias"] = (0..<10).map { $0 == label ? 2.197_224_6 : 0 }
        return try ModelFile.encode(model, weights: .f32)
    }

    /// The graph with its parameters as values.
    private static func explicit(_ spec: String) throws -> Graph {
        try Pipeline([ExplicitParameters()]).run(Model(graph: try Graph.parse(spec))).graph
    }
}
