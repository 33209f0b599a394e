import ApusData
import ApusGraph
import TestSupport
import Testing

@testable import ApusQuantization

@Suite struct EqualizationTests {
    /// Channels of the first layers differ by a factor of a hundred.
    private static func lopsided(_ activation: String) throws -> Model {
        var model = try SmallModel.initialized(
            """
            model lopsided
            input image: f32[N, 2, 8, 8]
            conv1 = conv2d(image, filters: 6, kernel: [3, 3], padding: 1)
            act1 = \(activation)
            deep = conv2d(act1, filters: 6, kernel: [3, 3], padding: 1, groups: 6)
            act2 = relu(deep)
            conv2 = conv2d(act2, filters: 8, kernel: [1, 1])
            act3 = relu(conv2)
            pool = max_pool2d(act3, window: [2, 2])
            flat = flatten(pool)
            output logits = dense(flat, units: 3)
            """)
        for (name, row) in [("conv1", 18), ("deep", 9), ("conv2", 6)] {
            for suffix in ["weight", "bias"] {
                let length = suffix == "weight" ? row : 1
                let weights = model.weights["\(name).\(suffix)"] ?? []
                model.weights["\(name).\(suffix)"] = weights.enumerated().map { place, weight in
                    weight * (place / length % 3 == 0 ? 10 : place / length % 3 == 1 ? 1 : 0.1)
                }
            }
        }
        return model
    }

    private static func equalized(
        _ model: Model, on data: Dataset
    ) throws -> (before: FloatModel, after: FloatModel, changes: [Equalization.Change]) {
        let before = try FloatModel(model)
        let seen = try Calibration(
            before, values: EqualizablePair.pairs(before).map(\.value), on: try SmallModel.samples(data))
        var after = before
        let changes = Equalization.apply(to: &after, seen)
        return (before, after, changes)
    }

    @Test func pairsAreFoundThroughWhatCommutes() throws {
        let float = try FloatModel(try Self.lopsided("relu(conv1)"))
        let pairs = EqualizablePair.pairs(float)
        #expect(pairs.map(\.first) == [0, 1, 2] && pairs.map(\.second) == [1, 2, 3])
        #expect(pairs.map { float.graph[$0.value].name } == ["act1", "act2", "act3"])
        // Sixteen features of each channel.
        #expect(pairs[2].channel(of: 15, float) == 0 && pairs[2].channel(of: 16, float) == 1)
        #expect(EqualizablePair.pairs(try FloatModel(try Self.lopsided("tanh(conv1)"))).count == 2)
        let bounded = EqualizablePair.pairs(try FloatModel(try Self.lopsided("clip(conv1, min: 0, max: 6)")))
        #expect(bounded.map(\.bound) == [6, nil, nil])
    }

    @Test(arguments: ["relu(conv1)", "clip(conv1, min: 0, max: 6)", "leaky_relu(conv1)"])
    func nothingChangesButTheRanges(activation: String) throws {
        let data = try SmallModel.data([2, 8, 8])
        let model = try Self.lopsided(activation)
        let (before, after, changes) = try Self.equalized(model, on: data)
        #expect(changes.count == 3)
        let (one, other) = (try SmallModel.answers(before.model, data), try SmallModel.answers(after.model, data))
        let magnitude = one.map(abs).max() ?? 0
        for (old, new) in zip(one, other) { #expect(abs(old - new) < 1e-5 * magnitude) }
        // Before a depthwise layer all channels but the largest have one range then, three quarters of it.
        let seen = try Calibration(
            after, values: EqualizablePair.pairs(after).map(\.value), on: try SmallModel.samples(data))
        let ranges = try #require(seen["act1"]).channelMaxima
        let largest = try #require(ranges.max())
        #expect(ranges.allSatisfy { $0 > 0.7499 * largest }, "\(ranges)")
    }

    @Test func equalizingHelpsNetworksWithLopsidedChannels() throws {
        let data = try SmallModel.data([2, 8, 8], count: 120)
        func noise(equalizes: Bool) throws -> Double {
            var options = QuantizationOptions(method: .minmax)
            options.equalization = equalizes ? .always : .never
            return try SmallModel.quantize(try Self.lopsided("relu(conv1)"), on: data, options: options).report
                .signalToNoise.decibels
        }
        let (with, without) = (try noise(equalizes: true), try noise(equalizes: false))
        #expect(with > without + 1, "\(with) and \(without) dB")
    }

    @Test func likeChannelsStayAsTheyAre() throws {
        let model = try SmallModel.initialized(
            """
            model even
            input x: f32[N, 8]
            first = dense(x, units: 2)
            act = relu(first)
            output y = dense(act, units: 2)
            """)
        var same = model
        same.weights["first.weight"] = (0..<16).map { $0 % 8 == 0 ? 1 : 0 }
        same.weights["first.bias"] = [0, 0]
        let (before, after, changes) = try Self.equalized(same, on: try SmallModel.data([8]))
        #expect(changes.isEmpty && after.model == before.model)
    }
}
