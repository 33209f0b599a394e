import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Convolutions of bytes by Winograd's algorithm in whole numbers: the same bits, where it is worth its while and no sum is too large.
@Suite struct QuantizedWinogradTests {
    /// A convolution of codes, with a sum of codes behind it where that is asked.
    private struct Layer {
        var channels = 32
        var filters = 32
        var image = [8, 8]
        var padding = [1, 1, 1, 1]
        var zeros = (source: 3, result: 100)
        var addsSource = false
        var isPooled = false
        var givesFloats = false
        var seed: UInt64 = 1
        /// Weights; nil: random ones.
        var weight: Int?

        init() {}

        init(seed: UInt64) {
            var random = TestRandom(seed: seed)
            self.seed = seed
            channels = random.integer(10...70)
            filters = random.integer(10...70)
            image = [random.integer(4...14), random.integer(4...14)]
            padding = (0..<4).map { _ in random.integer(0...2) }
            zeros = (random.integer(0...255), random.integer(0...255))
            givesFloats = random.chance(4)
            if random.chance(3) {
                (filters, padding, addsSource) = (channels, [1, 1, 1, 1], true)
            } else {
                isPooled = random.chance(2)
            }
        }

        func model() throws -> Model {
            var random = TestRandom(seed: seed)
            let weights = (0..<filters * channels * 9).map { _ in weight ?? random.integer(-127...127) }
            let scales = (0..<filters).map { Double($0 % 7 + 1) / 65536 }
            let result =
                (givesFloats ? "to: f32" : "zero: \(zeros.result)")
                + (isPooled ? ", pool: [2, 2]" : "")
                + (addsSource ? ", addend: true, addend_zero: \(zeros.source), addend_scale: 0.75" : "")
            return Model(
                graph: try Graph.parse(
                    """
                    model layer
                    input image: f32[N, \(channels), \(image[0]), \(image[1])]
                    constant k: i8[\(filters), \(channels), 3, 3] = \(weights)
                    constant b: i32[\(filters)] = \((0..<filters).map { $0 * 997 - 5000 })
                    constant s: f32[\(filters)] = \(scales)
                    q = quantize(image, scale: 0.0625, zero: \(zeros.source))
                    r = quantized_conv2d(q, k, b, s\(addsSource ? ", q" : ""), x_zero: \(zeros.source), filters: \(filters), \
                    kernel: [3, 3], padding: \(padding), \(result))
                    output y = \(givesFloats ? "identity(r)" : "dequantize(r, scale: 0.5, zero: \(zeros.result))")
                    """))
        }

        func numbers(_ batch: Int) -> [Float] {
            var random = TestRandom(seed: seed &+ 9)
            return random.numbers(batch * channels * image[0] * image[1], 9)
        }
    }

    private func opcodes(
        _ layer: Layer, _ target: Target, _ convolutions: ConvolutionAlgorithms = .exact
    ) throws -> [Opcode] {
        try Compiler.inferencePlan(layer.model(), target: target, convolutions: convolutions).body.map(\.opcode)
    }

    @Test("every target gives the same bits", arguments: 0..<24 as Range<UInt64>)
    func bitsAreTheDefinitions(seed: UInt64) throws {
        let layer = Layer(seed: seed)
        let model = try layer.model()
        let graph = try Pipeline.inference().run(model, verify: true).graph
        let batch = Int(seed % 3) + 1
        try expectBits(of: model, graph, images: layer.numbers(batch), batch: batch, "seed \(seed)")
    }

    @Test(arguments: Target.allCases)
    func layersOfManyChannelsGoByIt(target: Target) throws {
        #expect(try opcodes(Layer(), target).contains(.quantizedWinograd))
        #expect(try opcodes(Layer(), target, .direct).contains(.quantizedConvolution))
    }

    @Test func layersOfOneBlockDoToo() throws {
        var layer = Layer()
        (layer.channels, layer.filters) = (16, 16)
        #expect(try opcodes(layer, .avx512).contains(.quantizedWinograd))
    }

    @Test(arguments: Target.allCases)
    func layersThatArePooledDoToo(target: Target) throws {
        var layer = Layer()
        (layer.isPooled, layer.image) = (true, [14, 14])
        #expect(try opcodes(layer, target).contains(.quantizedWinograd))
    }

    /// 5 × 5 results take the frequencies of 6 × 6, and with few channels the transforms take longer than the products that they save.
    @Test func imagesThatFillFewTilesDoNot() throws {
        var layer = Layer()
        (layer.channels, layer.filters, layer.image) = (16, 16, [5, 5])
        #expect(try opcodes(layer, .avx512).contains(.quantizedConvolution))
    }

    /// 255 · 127 · 9 · 128 is more than 2^25.
    @Test func sumsThatMayBeTooLargeAreTakenByTheDefinition() throws {
        var layer = Layer()
        (layer.channels, layer.weight, layer.zeros.source) = (128, 127, 0)
        #expect(try opcodes(layer, .avx512).contains(.quantizedConvolution))
        layer.weight = 100
        #expect(try opcodes(layer, .avx512).contains(.quantizedWinograd))
    }

    /// Images of one tile: sixteen samples are transformed at a time, and weights are read once for all of them.
    @Test func samplesOfSmallImagesGoTogether() throws {
        var layer = Layer()
        (layer.channels, layer.filters, layer.image) = (32, 64, [4, 4])
        let plan = try Compiler.inferencePlan(layer.model(), target: .avx512, batchBound: 128)
        #expect(plan.microBatch == 16 && plan.body.map(\.opcode).contains(.quantizedWinograd))
        layer.image = [32, 32]
        #expect(try Compiler.inferencePlan(layer.model(), target: .avx512, batchBound: 128).microBatch == 1)
    }

    @Test func transformsNeedMemory() throws {
        let plan = try Compiler.inferencePlan(Layer().model(), target: .avx512)
        let direct = try Compiler.inferencePlan(Layer().model(), target: .avx512, convolutions: .direct)
        #expect(direct.activationBytes < plan.activationBytes)
    }
}
