import ApusGraph
import TestSupport
import Testing

@testable import ApusQuantization

@Suite struct BlockCodesTests {
    private func weights(_ count: Int, seed: UInt64) -> [Float] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            Float.random(in: -1...1, using: &random) * Float.random(in: -1...1, using: &random)
        }
    }

    private func error(_ block: ArraySlice<Float>, scale: Float, _ range: ClosedRange<Float>) -> Double {
        block.reduce(0) { sum, weight in
            let code = min(max((weight / scale).rounded(), range.lowerBound), range.upperBound)
            return sum + Double((weight - code * scale) * (weight - code * scale))
        }
    }

    @Test(arguments: WeightBits.allCases) func codesAreWithinTheirBits(bits: WeightBits) throws {
        let codes = BlockCodes(weights(5 * 75, seed: 3), inputs: 75, bits: bits)
        #expect(codes.codes.count == 375 && codes.scales.count == 5 * 3)
        #expect(codes.codes.allSatisfy { bits.codes.contains(Double($0)) })
        #expect(codes.codes.contains { abs($0) == (bits == .i8 ? 127 : 7) })
        // What the scales say the noise is, is what it is.
        var noise = 0.0
        for (place, weight) in weights(5 * 75, seed: 3).enumerated() {
            let number = Double(codes.codes[place]) * Double(codes.scales[place / 75 * 3 + place % 75 / 32])
            noise += (Double(weight) - number) * (Double(weight) - number)
        }
        #expect(abs(noise - codes.noise.noise) <= 1e-9 * noise)
    }

    /// No scale that lets the largest weight be the largest code is better.
    @Test(arguments: WeightBits.allCases) func theSquaredErrorIsNoMoreThanThatOfTheLargestCode(bits: WeightBits) {
        let limit: Float = bits == .i8 ? 127 : 7
        var (own, plain) = (0.0, 0.0)
        for seed in 0..<50 as Range<UInt64> {
            let block = weights(32, seed: seed)
            let noise = BlockCodes(block, inputs: 32, bits: bits).noise.noise
            let usual = error(block[...], scale: block.map(abs).max().map { $0 / limit } ?? 1, -limit...limit)
            #expect(noise <= usual * 1.000_001, "seed \(seed)")
            own += noise
            plain += usual
        }
        #expect(bits == .i8 || own < 0.85 * plain, "\(own) of \(plain)")
    }

    @Test func zerosAndTinyNumbersHaveAScale() {
        for weight in [0, 7 * .leastNonzeroMagnitude, -1e-38] as [Float] {
            let codes = BlockCodes(Array(repeating: weight, count: 40), inputs: 40, bits: .i8)
            #expect(codes.scales.allSatisfy { $0.isNormal })
            #expect(codes.codes.allSatisfy { (-127...127).contains($0) })
        }
        #expect(BlockCodes([0, 0, 0, 0], inputs: 2, bits: .i4).codes == [0, 0, 0, 0])
    }

    @Test func theFileHasTheFormThatIsDocumented() throws {
        let spec = """
            model small
            input image: f32[N, 2, 8, 8]
            conv = conv2d(image, filters: 3, kernel: [3, 3])
            flat = flatten(conv)
            hidden = dense(flat, units: 20)
            act = relu(hidden)
            logits = dense(act, units: 3)
            output probabilities = softmax(logits)
            """
        let trained = try SmallModel.initialized(spec)
        let samples = try SmallModel.samples(try SmallModel.data([2, 8, 8]))
        for bits in WeightBits.allCases {
            let result = try WeightQuantization(trained, bits: bits, kept: ["logits"], samples: samples)
            let graph = result.model.graph
            try Verifier.verify(graph)
            let text = graph.text
            #expect(text.contains("constant hidden.weight.codes: i8[20, 108]"), "\(text)")
            #expect(text.contains("constant hidden.weight.scale: f32[20, 4]"), "\(text)")
            #expect(
                text.contains(
                    "hidden.weight: f32[20, 108] = dequantize_linear(hidden.weight.codes, hidden.weight.scale, "
                        + "block: 32)"), "\(text)")
            #expect(
                Set(result.model.weights.keys) == [
                    "conv.weight", "conv.bias", "hidden.bias", "logits.weight", "logits.bias",
                ])
            let layers = result.report.layers
            #expect(layers.map(\.name) == ["hidden", "logits"])
            #expect(layers[0].bytes.before == 8640 && layers[1].bytes.after == layers[1].bytes.before)
            #expect(layers[0].bytes.after == (bits == .i8 ? 2160 : 1080) + 320)
            let noise = try #require(layers[0].signalToNoise).decibels
            #expect((bits == .i8 ? 45...60 : 20...35).contains(noise), "\(noise) dB")
            let answers = try #require(result.report.answers)
            #expect(answers.samples == 40 && answers.signalToNoise.decibels > (bits == .i8 ? 40 : 15))
            #expect(answers.before != nil && answers.after != nil)
        }
    }

    @Test func aModelWithoutDenseLayersIsRefused() throws {
        let model = try SmallModel.initialized(
            "model c\ninput x: f32[N, 1, 8, 8]\noutput y = conv2d(x, filters: 2, kernel: [3, 3])")
        #expect(throws: QuantizationError.noDenseLayers(model: "c")) { try WeightQuantization(model, bits: .i8) }
        let dense = try SmallModel.initialized("model d\ninput x: f32[N, 8]\noutput y = dense(x, units: 2)")
        #expect(throws: QuantizationError.unknownLayer("z", layers: ["y"])) {
            try WeightQuantization(dense, bits: .i8, kept: ["z"])
        }
    }
}
