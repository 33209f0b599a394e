import ApusGraph
import Testing

/// The builder makes the graphs that the specs make.
@Suite struct GraphBuilderTests {
    private func convolutional(_ name: String, filters: [Int]) throws -> Graph {
        try GraphBuilder.build(name) { net in
            var value = net.input("image", ["N", 1, 28, 28])
            for (index, filters) in filters.enumerated() {
                let number = index + 1
                value = net.conv2d(value, filters: filters, kernel: 3, padding: 1, name: "conv\(number)")
                value = net.relu(value, name: "act\(number)")
                value = net.maxPool2d(value, window: 2, name: "pool\(number)")
            }
            let logits = net.dense(net.flatten(value, name: "flat"), units: 10, name: "logits")
            net.output(net.softmax(logits), named: "probabilities")
        }
    }

    @Test func theMNISTNetwork() throws {
        #expect(try convolutional("mnist_cnn", filters: [16, 32, 32]) == Graph.parse(Repository.spec("mnist-cnn")))
    }

    @Test func theSmallNetwork() throws {
        #expect(
            try convolutional("mnist_cnn_small", filters: [8, 16, 8]) == Graph.parse(Repository.spec("mnist-cnn-small"))
        )
    }

    @Test func leNet5() throws {
        let graph = try GraphBuilder.build("lenet5") { net in
            let image = net.input("image", ["N", 1, 28, 28])
            let conv1 = net.conv2d(image, filters: 6, kernel: [5, 5], padding: 2, name: "conv1")
            let pool1 = net.averagePool2d(net.tanh(conv1, name: "act1"), window: [2, 2], name: "pool1")
            let conv2 = net.conv2d(pool1, filters: 16, kernel: [5, 5], name: "conv2")
            let pool2 = net.averagePool2d(net.tanh(conv2, name: "act2"), window: [2, 2], name: "pool2")
            var value = net.flatten(pool2, name: "flat")
            for (name, units) in [("hidden1", 120), ("hidden2", 84)] {
                value = net.tanh(net.dense(value, units: units, name: "\(name).dense"), name: name)
            }
            net.output(net.softmax(net.dense(value, units: 10, name: "logits"), name: "probabilities"))
        }
        #expect(try graph == Graph.parse(Repository.spec("lenet5")))
    }

    @Test func theMultilayerPerceptron() throws {
        let graph = try GraphBuilder.build("mlp") { net in
            let flat = net.flatten(net.input("image", ["N", 1, 28, 28]), name: "flat")
            let act = net.relu(net.dense(flat, units: 128, name: "hidden"), name: "act")
            net.output(net.softmax(net.dense(act, units: 10, name: "logits")), named: "probabilities")
        }
        #expect(try graph == Graph.parse(Repository.spec("mlp")))
    }

    @Test func everyOperatorHasItsMethod() throws {
        let graph = try GraphBuilder.build("everything") { net in
            let image = net.input("image", ["N", 4, 9, 9])
            let labels = net.input("labels", ["N"], elementType: .i32)
            let convolution = net.conv2d(
                image, filters: 4, kernel: [3, 1], stride: 2, padding: .same, dilation: [1, 2], groups: 2, bias: false)
            let sum = net.add(net.batchNorm(convolution, epsilon: 1e-3), net.sigmoid(convolution))
            let pooled = net.globalAveragePool(net.multiply(sum, sum))
            let row = net.reshape(net.dropout(pooled, rate: 0.5), to: [4])
            let weight = net.parameter("w", [10, 4], initializer: .heNormal(fanIn: 4))
            let logits = net.dense(row, parameters: [weight], units: 10, bias: false)
            let shifted = net.add(logits, net.constant("shift", [10], Array(repeating: 1, count: 10)))
            net.output(net.logSoftmax(shifted))
            net.output(net.crossEntropy(net.softmax(shifted), labels: labels), named: "loss.1")
            net.output(net.logitCrossEntropy(shifted, labels: labels), named: "loss.2")
        }
        #expect(try Graph.parse(graph.text) == graph)
        #expect(graph.text.contains("padding: same"))
    }

    @Test func theFirstErrorIsThrown() {
        #expect(
            throws: GraphError(
                place: "logits", message: "dense works on rows f32[N, features], not on f32[N, 1, 28, 28]",
                remedy: "flatten it first: dense(flatten(...), units: 10)", label: "C2")
        ) {
            try GraphBuilder.build("m") { net in
                let logits = net.dense(net.input("image", ["N", 1, 28, 28]), units: 10, name: "logits")
                net.output(net.dense(logits, units: -1))
            }
        }
        #expect {
            try GraphBuilder.build("m") { net in _ = net.relu(net.input("x", ["N", 1]), name: "a b") }
        } throws: {
            "\($0)".contains("'a b' is not a name")
        }
        #expect { try GraphBuilder.build("m") { net in _ = net.relu(net.input("x", ["N", 1])) } } throws: {
            "\($0)".contains("nothing of the model is an output")
        }
        #expect {
            try GraphBuilder.build("m") { net in net.output(net.dense(net.input("x", ["N", 1]), units: 0)) }
        } throws: { "\($0)".contains("'units' of dense is a whole number from 1 to 16777216, not 0") }
    }
}
