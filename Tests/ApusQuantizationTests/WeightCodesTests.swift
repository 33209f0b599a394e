import ApusGraph
import TestSupport
import Testing

@testable import ApusQuantization

@Suite struct WeightCodesTests {
    private static func layer(_ weight: [Float], outputs: Int, bias: [Float]?) throws -> Layer {
        let features = weight.count / outputs
        let graph = try GraphBuilder.build("layer") { net in
            let x = net.input("x", ["N", .fixed(features)])
            let w = net.parameter("w", [.fixed(outputs), .fixed(features)], initializer: .constant(0))
            let b = net.parameter("b", [.fixed(outputs)], initializer: .constant(0))
            net.output(
                bias == nil
                    ? net.call(Dense(units: outputs, bias: false), x, w, name: "y")
                    : net.call(Dense(units: outputs), x, w, b, name: "y"))
        }
        return Layer(node: 0, graph.nodes[0], in: graph, weight: weight, bias: bias)
    }

    @Test func eachOutputHasItsScale() throws {
        let layer = try Self.layer([1.27, -0.5, 0.635, 12.7, 3.25, 0], outputs: 2, bias: [1, -2])
        let codes = WeightCodes(layer, inputScale: 0.5)
        #expect(codes.scales == [Float(1.27) / 127, Float(12.7) / 127])
        #expect(codes.weight == [127, -50, 64, 127, 32, 0])
        #expect(codes.biasScales == codes.scales.map { 0.5 * $0 })
        #expect(codes.bias == [200, -40])
        for (code, bias) in zip(try #require(codes.biases), [Float(1), -2]) { #expect(abs(code - bias) < 0.03) }
    }

    @Test func noOutputIsDividedByZero() throws {
        let layer = try Self.layer([0, 0, .leastNonzeroMagnitude, 0], outputs: 2, bias: nil)
        let codes = WeightCodes(layer, inputScale: 1e-30)
        #expect(codes.scales[0] == 1 && codes.weight == [0, 0, 0, 0] && codes.bias == nil)
        #expect(codes.scales.allSatisfy { $0.isNormal } && codes.biasScales.allSatisfy { $0.isNormal })
    }

    /// Behind a batch norm whose channel is dead weights are nearly zero, and the bias is not.
    @Test func largeBiasesFitInto32Bits() throws {
        let layer = try Self.layer([1e-20, -1e-20, 0, 0], outputs: 2, bias: [0.75, -0.3])
        let codes = WeightCodes(layer, inputScale: 0.01)
        let bias = try #require(codes.bias)
        #expect(bias.allSatisfy { abs($0) <= 1 << 30 })
        let numbers = try #require(codes.biases)
        #expect(abs(numbers[0] - 0.75) < 1e-6 && abs(numbers[1] + 0.3) < 1e-6)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func correctionTakesTheMeanErrorAway(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let layer = try Self.layer(
            (0..<96).map { _ in Float.random(in: -1...1, using: &random) }, outputs: 4,
            bias: (0..<4).map { _ in Float.random(in: -1...1, using: &random) })
        let samples = (0..<50).map { _ in (0..<24).map { _ in Double.random(in: 0...3, using: &random) } }
        let means = (0..<24).map { feature in samples.reduce(0) { $0 + $1[feature] } / 50 }
        let plain = WeightCodes(layer, inputScale: 1e-5)
        let corrected = WeightCodes(
            layer, inputScale: 1e-5, correction: BiasCorrection.correction(layer, plain, mean: means))
        let weights = plain.weights(rowLength: 24)
        let (before, after) = (try #require(plain.biases), try #require(corrected.biases))
        for output in 0..<4 {
            func mean(_ weights: [Float], _ bias: Float) -> Double {
                samples.reduce(0) { sum, sample in
                    sum
                        + sample.enumerated().reduce(Double(bias)) {
                            $0 + Double(weights[output * 24 + $1.offset]) * $1.element
                        }
                } / 50
            }
            let right = mean(layer.weight, layer.bias?[output] ?? 0)
            #expect(abs(mean(weights, after[output]) - right) < 1e-4, "seed \(seed)")
            #expect(abs(mean(weights, before[output]) - right) > 1e-4, "seed \(seed)")
        }
    }
}
