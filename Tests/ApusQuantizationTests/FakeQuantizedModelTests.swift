import ApusCompiler
import ApusData
import ApusGraph
import Glibc
import TestSupport
import Testing

@testable import ApusQuantization

@Suite struct FakeQuantizedModelTests {
    private static let spec = """
        model small
        input image: f32[N, 2, 8, 8]
        conv1 = conv2d(image, filters: 6, kernel: [3, 3], padding: 1, bias: false)
        norm1 = batch_norm(conv1)
        act1 = relu(norm1)
        pool1 = max_pool2d(act1, window: [2, 2])
        deep = conv2d(pool1, filters: 6, kernel: [3, 3], padding: 1, groups: 6)
        act2 = clip(deep, min: 0, max: 6)
        both = concat(pool1, act2, axis: 1)
        flat = flatten(both)
        logits = dense(flat, units: 3)
        output probabilities = softmax(logits)
        """

    private static func quantizer(_ spec: String, kept: [String] = []) throws -> Quantizer {
        let data = try SmallModel.data([2, 8, 8])
        return try Quantizer(
            try SmallModel.initialized(spec), samples: data, heldOut: data, preparation: .none,
            machine: try SmallModel.machine(),
            options: QuantizationOptions(equalization: .never, biasCorrection: .never, kept: kept))
    }

    private static func roundings(_ graph: Graph) -> [(operation: FakeQuantize, operands: [String])] {
        graph.nodes.compactMap { node in
            (node.operation as? FakeQuantize).map { ($0, node.operands.map { graph[$0].name }) }
        }
    }

    @Test func codesAreWherePlacementPutsThem() throws {
        let made = try Self.quantizer(Self.spec).trainable()
        let graph = made.model.graph
        try Verifier.verify(graph)
        #expect(made.layers == (3, 3))
        let values = Self.roundings(graph).filter { $0.operation.minimum == 0 }
        // Behind the pool, whose numbers are those of the rectifier.
        #expect(values.map { $0.operands[0] } == ["image", "pool1", "act2"])
        #expect(values.allSatisfy { $0.operation.maximum == 255 })
        // What is joined has one scale.
        #expect(values[1].operands[1] == values[2].operands[1])
        // The image has numbers below zero, rectifiers have none.
        #expect(100...155 ~= values[0].operation.zero && values[1].operation.zero == 0)
        let weights = Self.roundings(graph).filter { $0.operation.minimum == -127 }
        #expect(weights.count == 3 && weights.allSatisfy { $0.operation.maximum == 127 && $0.operation.zero == 0 })
        let scales = graph.parameters.map { graph[$0.value] }.filter { $0.name.hasSuffix(".log_scale") }
        #expect(scales.map(\.type.rank) == [0, 0, 1, 1, 1])
        #expect(graph.parameters.allSatisfy { !$0.isFixed && made.model.weights[graph[$0.value].name] != nil })
        #expect(!graph.nodes.contains { $0.operation is BatchNorm })
    }

    /// Before anything is trained the codes are those that `apus-quantize` chooses.
    @Test func itBeginsWithWhatWasCalibrated() throws {
        var quantizer = try Self.quantizer(Self.spec)
        let made = try quantizer.trainable()
        let all = Set(quantizer.float.layers.indices)
        let expected = try quantizer.model(layers: all, form: .codes).model
        let found = try made.quantized(made.model)
        #expect(found.graph.nodes.map(\.operation.name) == expected.model.graph.nodes.map(\.operation.name))
        for (one, other) in zip(found.graph.constants, expected.model.graph.constants) {
            #expect(found.graph[one.value].name == expected.model.graph[other.value].name)
            // A logarithm in single precision, and back.
            for (number, right) in zip(one.elements.doubles, other.elements.doubles) {
                let isBias = found.graph[one.value].type.elementType == .i32
                #expect(abs(number - right) <= max(1e-6 * abs(right), isBias ? 1 : 0))
            }
        }
    }

    @Test func whatIsTrainedIsWhatIsWritten() throws {
        let data = try SmallModel.data([2, 8, 8])
        let made = try Self.quantizer(Self.spec).trainable()
        var trained = made.model
        var random = SplitMix64(seed: 9)
        for name in trained.weights.keys.sorted() {
            trained.weights[name] = trained.weights[name]?.map { $0 + Float.random(in: -0.05...0.05, using: &random) }
        }
        trained.labels = ["a", "b", "c"]
        let quantized = try made.quantized(trained)
        #expect(quantized.labels == trained.labels && quantized.weights.isEmpty)
        let (one, other) = (try SmallModel.answers(quantized, data), try SmallModel.answers(trained, data))
        let before = try SmallModel.answers(made.model, data)
        let (near, far) = (
            zip(one, other).map { abs($0 - $1) }.max() ?? 1, zip(one, before).map { abs($0 - $1) }.max() ?? 0
        )
        // But for the rounding of biases.
        #expect(near < 0.01 && near < far / 4, "\(near) and \(far)")
        let elements = Dictionary(
            uniqueKeysWithValues: quantized.graph.constants.map { (quantized.graph[$0.value].name, $0.elements) })
        let scale = try #require(trained.weights["act2.log_scale"] ?? trained.weights["act1.log_scale"])[0]
        #expect(elements["act2.scale"]?.doubles == [Double(Float(exp(Double(scale))))])
        #expect(elements["deep.weight.codes"]?.whole.allSatisfy { -127...127 ~= $0 } == true)
    }

    @Test func layersThatStayAreNotRounded() throws {
        let graph = try Self.quantizer(Self.spec, kept: ["deep"]).trainable().model.graph
        let deep = try #require(graph.nodes.first { graph[$0.results[0]].name == "deep" })
        #expect(graph[deep.operands[1]].name == "deep.weight")
    }

    /// One that no layer takes in answers as it does when it isn't trained.
    @Test func otherBatchNormsAreFixed() throws {
        let spec = Self.spec.replacing("flat = flatten(both)", with: "norm2 = batch_norm(both)\nflat = flatten(norm2)")
        let graph = try Self.quantizer(spec).trainable().model.graph
        #expect(graph.nodes.contains { $0.operation is BatchNorm })
        let fixed = graph.parameters.filter(\.isFixed)
        #expect(fixed.count == 2 && fixed.allSatisfy { $0.role == .statistic })
    }

    @Test func anOutputKeepsItsName() throws {
        let spec = Self.spec.replacing("act2 = clip", with: "output act2 = clip")
        let made = try Self.quantizer(spec).trainable()
        for graph in [made.model.graph, try made.quantized(made.model).graph] {
            #expect(graph.outputs.map { graph[$0].name } == ["act2", "probabilities"])
        }
    }
}
