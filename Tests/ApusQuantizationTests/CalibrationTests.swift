import ApusData
import ApusGraph
import Testing

@testable import ApusQuantization

@Suite struct CalibrationTests {
    private static func seen(_ spec: String, _ names: [String], on data: Dataset) throws -> Calibration {
        let float = try FloatModel(try SmallModel.initialized(spec))
        let values = try names.map { try #require(float.graph.value(named: $0)) }
        return try Calibration(float, values: values, on: try SmallModel.samples(data))
    }

    private static func floats(_ data: Dataset) -> [Float] {
        if case .floats(let elements) = data.inputs[0].elements { elements } else { [] }
    }

    @Test func channelsAreToldApart() throws {
        // More samples than a batch has.
        let data = try SmallModel.data([3, 2, 2], count: 150)
        let seen = try Self.seen(
            """
            model image
            input image: f32[N, 3, 2, 2]
            act1 = relu(image)
            output y = conv2d(act1, filters: 1, kernel: [1, 1])
            """, ["image", "act1"], on: data)
        let elements = Self.floats(data)
        let (image, act) = (try #require(seen["image"]), try #require(seen["act1"]))
        for channel in 0..<3 {
            let own = elements.indices.filter { $0 / 4 % 3 == channel }.map { elements[$0] }
            #expect(image.channelMaxima[channel] == own.map(abs).max())
            #expect(act.channelMaxima[channel] == own.max())
        }
        for place in 0..<12 {
            let own = stride(from: place, to: elements.count, by: 12).map { Double(elements[$0]) }
            #expect(abs(image.means[place] - own.reduce(0, +) / 150) < 1e-9)
        }
        #expect(image.histogram.count == 1800 && image.histogram.minimum == elements.min())
        #expect(act.histogram.minimum == 0 && act.histogram.zeros == elements.count { $0 <= 0 })
    }

    /// A linear layer works on several rows of each sample, and each has all features.
    @Test func rowsOfASampleHaveTheSameFeatures() throws {
        let data = try SmallModel.data([5, 3], count: 20)
        let float = try FloatModel(
            try SmallModel.initialized("model rows\ninput x: f32[N, 5, 3]\noutput y = linear(x, units: 2)"))
        let layer = float.layers[0]
        let seen = try Calibration(float, values: [layer.input], on: try SmallModel.samples(data))
        let statistics = try #require(seen[float.graph[layer.input].name])
        let elements = Self.floats(data)
        try #require(statistics.channelMaxima.count == 3 && statistics.means.count == 3)
        for feature in 0..<3 {
            let own = stride(from: feature, to: elements.count, by: 3).map { elements[$0] }
            #expect(statistics.channelMaxima[feature] == own.map(abs).max())
            #expect(abs(statistics.means[feature] - own.reduce(0) { $0 + Double($1) } / 100) < 1e-9)
        }
        let result = try SmallModel.quantize(
            try SmallModel.initialized("model rows\ninput x: f32[N, 5, 3]\noutput y = linear(x, units: 2)"), on: data)
        #expect(result.report.signalToNoise.decibels > 25)
    }
}
