import ApusData
import ApusGraph
import Testing

@testable import ApusQuantization

@Suite struct QuantizedModelTests {
    private static let spec = """
        model small
        input image: f32[N, 2, 8, 8]
        conv1 = conv2d(image, filters: 6, kernel: [3, 3], padding: 1, bias: false)
        norm1 = batch_norm(conv1)
        act1 = relu(norm1)
        deep = conv2d(act1, filters: 6, kernel: [3, 3], padding: 1, groups: 6)
        act2 = clip(deep, min: 0, max: 6)
        total = add(act1, act2)
        pool = max_pool2d(total, window: [2, 2])
        flat = flatten(pool)
        logits = dense(flat, units: 3)
        output probabilities = softmax(logits)
        """

    @Test func theFileHasTheFormThatIsAgreedOn() throws {
        let data = try SmallModel.data([2, 8, 8])
        let model = try SmallModel.quantize(try SmallModel.initialized(Self.spec), on: data).model
        let graph = model.graph
        try Verifier.verify(graph)
        #expect(graph.parameters.isEmpty && model.weights.isEmpty)
        #expect(!graph.nodes.contains { $0.operation is BatchNorm })
        let producers = graph.producers()
        func maker(_ value: ValueID) throws -> Node { graph.nodes[try #require(producers[value.index])] }
        let elements = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.value, $0.elements) })
        var layers = 0
        for node in graph.nodes where node.operation is Convolution2D || node.operation is Dense {
            layers += 1
            try #require(node.operands.count == 3)
            // Through what moves elements, the operand is made of codes.
            var source = try maker(node.operands[0])
            while source.operation is MaxPool2D || source.operation.isReshape { source = try maker(source.operands[0]) }
            #expect(source.operation is DequantizeLinear && source.operands.count == 3)
            let quantize = try maker(source.operands[0])
            #expect(quantize.operation is QuantizeLinear && graph[quantize.results[0]].type.elementType == .u8)
            #expect(Array(quantize.operands.dropFirst()) == Array(source.operands.dropFirst()))
            let inputScale = Float(try #require(elements[source.operands[1]]).doubles[0])
            let (weight, bias) = (try maker(node.operands[1]), try maker(node.operands[2]))
            for fixed in [weight, bias] {
                #expect((fixed.operation as? DequantizeLinear)?.axis == 0 && fixed.operands.count == 2)
            }
            #expect(graph[weight.operands[0]].type.elementType == .i8)
            #expect(graph[bias.operands[0]].type.elementType == .i32)
            let codes = try #require(elements[weight.operands[0]]).whole
            #expect(codes.allSatisfy { -127...127 ~= $0 } && codes.contains { abs($0) == 127 })
            let scales = try #require(elements[weight.operands[1]]).doubles.map { Float($0) }
            #expect(try #require(elements[bias.operands[1]]).doubles == scales.map { Double($0 * inputScale) })
        }
        #expect(layers == 3)
        // The rectifier is behind the convolution, and the codes behind it.
        let act = try #require(graph.value(named: "act1"))
        #expect(try maker(act).operation is Relu)
        let readers = graph.consumers()[act.index]
        #expect(readers.count == 1 && graph.nodes[readers[0]].operation is QuantizeLinear)
        #expect(try maker(graph.outputs[0]).operation is Softmax)
        #expect(graph[try maker(graph.outputs[0]).operands[0]].name == "logits")
    }

    @Test func theFileIsReadAsItWasWritten() throws {
        let data = try SmallModel.data([2, 8, 8])
        let model = try SmallModel.quantize(try SmallModel.initialized(Self.spec), on: data).model
        let read = try ModelFile.decode(try ModelFile.encode(model, weights: .f32))
        #expect(read.graph == model.graph && read.weights == model.weights)
    }

    /// Plans with codes, plans of trials, and the reference kernels answer alike; and near to the float model.
    @Test func answersAreNearToThoseOfFloats() throws {
        let data = try SmallModel.data([2, 8, 8])
        let original = try SmallModel.initialized(Self.spec)
        var quantizer = try Quantizer(
            original, samples: data, heldOut: data, preparation: .none, machine: try SmallModel.machine(),
            options: QuantizationOptions())
        let all = Set(quantizer.float.layers.indices)
        let codes = try quantizer.model(layers: all, form: .codes).model
        let simulated = try quantizer.model(layers: all, form: .simulated).model
        let right = try SmallModel.answers(original, data)
        let one = try SmallModel.answers(codes.model, data)
        let other = try SmallModel.answers(simulated.model, data)
        for (first, second) in zip(one, other) { #expect(abs(first - second) < 1e-5) }
        #expect(zip(right, one).contains { $0 != $1 })
        for (first, second) in zip(right, one) { #expect(abs(first - second) < 0.05) }
        let noise = try #require(try quantizer.noise(codes, of: ["logits"])["logits"])
        #expect(noise.decibels > 25 && noise.decibels < 80, "\(noise.decibels)")
    }

    @Test func anOutputWithCodesKeepsItsName() throws {
        let data = try SmallModel.data([2, 8, 8])
        let spec = Self.spec.replacing("act1 = relu", with: "output act1 = relu")
        let model = try SmallModel.quantize(try SmallModel.initialized(spec), on: data).model
        #expect(model.graph.outputs.map { model.graph[$0].name } == ["act1", "probabilities"])
        let producers = model.graph.producers()
        let node = model.graph.nodes[try #require(producers[model.graph.outputs[0].index])]
        #expect(node.operation is DequantizeLinear)
    }

    @Test func aQuantizedModelIsNotQuantizedAgain() throws {
        let data = try SmallModel.data([2, 8, 8])
        let model = try SmallModel.quantize(try SmallModel.initialized(Self.spec), on: data).model
        let error = #expect(throws: QuantizationError.self) { try SmallModel.quantize(model, on: data) }
        #expect(error?.description.contains("is quantized already; give the model that it was made of") == true)
    }
}
