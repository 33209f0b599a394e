import ApusGraph
import Testing

@testable import ApusQuantization

@Suite struct PlacementTests {
    /// A spec with weights of its own.
    static func float(_ spec: String) throws -> FloatModel {
        try FloatModel(try SmallModel.initialized(spec))
    }

    /// The names of the points, and of the nodes that integers compute beside layers.
    private static func placed(_ spec: String, without: [String] = []) throws -> (points: [String], nodes: [String]) {
        let float = try float(spec)
        let layers = float.layers.indices.filter { !without.contains(float.layers[$0].name) }
        let placement = Placement(float, layers: Set(layers))
        return (
            placement.points.map { float.graph[$0].name },
            placement.integerNodes.sorted().map { float.graph[float.graph.nodes[$0].results[0]].name }
        )
    }

    private static let chain = """
        model chain
        input image: f32[N, 2, 8, 8]
        conv1 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1)
        act1 = relu(conv1)
        pool1 = max_pool2d(act1, window: [2, 2])
        conv2 = conv2d(pool1, filters: 4, kernel: [3, 3])
        act2 = clip(conv2, min: 0, max: 6)
        flat = flatten(act2)
        logits = dense(flat, units: 3)
        output probabilities = softmax(logits)
        """

    @Test func codesStandBehindActivations() throws {
        let placed = try Self.placed(Self.chain)
        #expect(placed.points == ["image", "act1", "act2"])
        #expect(placed.nodes == ["act1", "act2"])
    }

    @Test func whatStaysFloatReadsAndMakesFloats() throws {
        // Nobody reads the image as codes any more; what the second convolution reads is made by floats.
        #expect(try Self.placed(Self.chain, without: ["conv1"]).points == ["act1", "act2"])
        #expect(try Self.placed(Self.chain, without: ["conv2"]).points == ["image", "act2"])
        #expect(try Self.placed(Self.chain, without: ["logits"]).points == ["image", "act1"])
        #expect(try Self.placed(Self.chain, without: ["conv1", "conv2", "logits"]).points == [])
    }

    @Test func sumsAndMeansReadCodes() throws {
        let placed = try Self.placed(
            """
            model sums
            input image: f32[N, 4, 8, 8]
            conv1 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1)
            conv2 = conv2d(conv1, filters: 4, kernel: [3, 3], padding: 1)
            total = add(conv1, conv2)
            act = relu(total)
            mean = global_average_pool(act)
            output logits = dense(flatten(mean), units: 3)
            """)
        // The second convolution adds the first one's codes to its own sums, and rounds once.
        #expect(placed.points == ["image", "conv1", "act", "mean"])
        #expect(placed.nodes == ["total", "act", "mean"])
    }

    @Test func activationsByTableHaveCodesOnBothSides() throws {
        let placed = try Self.placed(
            """
            model tables
            input image: f32[N, 2, 8, 8]
            conv1 = conv2d(image, filters: 4, kernel: [3, 3])
            act1 = hard_swish(conv1)
            conv2 = conv2d(act1, filters: 4, kernel: [3, 3])
            gate = exp(conv2)
            conv3 = conv2d(gate, filters: 4, kernel: [3, 3])
            output y = tanh(conv3)
            """)
        // The exponential has no table: its operand is f32, and its result becomes codes. What tanh makes nobody reads as codes.
        #expect(placed.points == ["image", "conv1", "act1", "gate"])
    }

    @Test func aRectifierThatIsNotTheOnlyReaderIsATable() throws {
        let placed = try Self.placed(
            """
            model two
            input image: f32[N, 2, 8, 8]
            conv1 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1)
            act1 = relu(conv1)
            conv2 = conv2d(act1, filters: 4, kernel: [3, 3], padding: 1)
            conv3 = conv2d(conv1, filters: 4, kernel: [3, 3], padding: 1)
            output y = add(conv2, conv3)
            """)
        // The sum is an output, and stays f32.
        #expect(placed.points == ["image", "conv1", "act1"])
    }

    @Test func whatIsJoinedHasOneScale() throws {
        let float = try Self.float(
            """
            model joined
            input image: f32[N, 2, 8, 8]
            conv1 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1)
            conv2 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1)
            pool2 = max_pool2d(conv2, window: [3, 3], stride: [1, 1], padding: 1)
            both = concat(conv1, pool2, axis: 1)
            conv3 = conv2d(both, filters: 4, kernel: [3, 3], padding: 1)
            more = concat(both, conv3, axis: 1)
            output y = conv2d(more, filters: 2, kernel: [1, 1])
            """)
        let placement = Placement(float, layers: Set(float.layers.indices))
        #expect(placement.points.map { float.graph[$0].name } == ["image", "conv1", "conv2", "conv3"])
        #expect(placement.groups == [0, 1, 1, 1])
    }

    @Test func whatIsJoinedOfFloatsBecomesCodesBehind() throws {
        let placed = try Self.placed(
            """
            model joined
            input image: f32[N, 2, 8, 8]
            conv1 = conv2d(image, filters: 4, kernel: [3, 3], padding: 1)
            grown = exp(image)
            both = concat(conv1, grown, axis: 1)
            output y = conv2d(both, filters: 2, kernel: [1, 1])
            """)
        #expect(placed.points == ["image", "both"])
    }

    @Test func modelsWithoutLayersAreRefused() throws {
        #expect(throws: QuantizationError.noLayers(model: "none")) {
            try Self.float("model none\ninput x: f32[N, 4]\noutput y = softmax(x)")
        }
        #expect(throws: QuantizationError.noBatch(input: "x")) {
            try Self.float("model one\ninput x: f32[2, 4]\noutput y = dense(x, units: 2)")
        }
        let error = #expect(throws: QuantizationError.self) {
            try FloatModel(Model(graph: try Graph.parse("model m\ninput x: f32[N, 4]\noutput y = dense(x, units: 2)")))
        }
        #expect(error?.description == "m: the parameter 'y.weight' has no weights; train the model first")
    }
}
