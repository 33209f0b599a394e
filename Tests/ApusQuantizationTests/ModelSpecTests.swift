import ApusData
import ApusFiles
import ApusGraph
import Testing

@testable import ApusQuantization

/// The networks that come with the project, small, with random weights on random samples.
@Suite struct ModelSpecTests {
    private static let sizes: [(name: String, settings: [String: Int])] = [
        ("autoencoder", ["units": 24]), ("char-lstm", ["length": 6, "width": 8, "units": 12]),
        ("char-transformer", ["length": 6, "width": 16, "heads": 2]), ("ds-cnn", ["channels": 8]), ("lenet5", [:]),
        ("mlp", [:]), ("mlp-regression", [:]), ("mobilenet-v1-025", ["image_size": 32]),
        ("mobilenet-v2", ["image_size": 32, "width": 8, "classes": 10]), ("resnet18", ["image_size": 32, "width": 8]),
        ("resnet8", ["width": 8]), ("unet", ["image_size": 32, "width": 4]),
        ("video-cnn", ["frames": 4, "image_size": 16]),
    ]

    @Test(arguments: sizes.map(\.name))
    func networksOfAllKindsAreQuantized(name: String) throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let spec = String(decoding: try readFile("\(root)/Models/\(name).graph"), as: UTF8.self)
        let settings = try #require(Self.sizes.first { $0.name == name }).settings
        let model = try SmallModel.initialized(spec, settings: settings)
        let data = try SmallModel.data(for: model, count: 24, words: 128)
        let result = try SmallModel.quantize(model, on: data)
        try Verifier.verify(result.model.graph)
        let read = try ModelFile.decode(try ModelFile.encode(result.model, weights: .f32))
        #expect(read.graph == result.model.graph && read.weights == result.model.weights)
        #expect(result.report.layers.allSatisfy { $0.reason == nil })
        // Random weights of many layers make answers that hardly differ, and quantizing adds the same noise to all.
        #expect(result.report.signalToNoise.decibels > 12, "\(name): \(result.report.signalToNoise.decibels) dB")
        for value in result.report.values.map(\.range) + result.report.layers.compactMap(\.range) {
            guard let scale = value.scale else { continue }
            #expect(scale.scale.isNormal && 0...255 ~= scale.zeroPoint)
            #expect((value.saturated ?? 1) < 0.05, "\(name): \(value)")
        }
    }
}
