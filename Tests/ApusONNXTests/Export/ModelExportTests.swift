import ApusCompiler
import ApusFiles
import ApusGraph
import ApusPlan
import ApusRuntime
import Glibc
import OperatorCases
import Testing

@testable import ApusONNX

/// Every model of `Models/` with weights drawn at random, exported and imported again: the same bits.
@Suite struct ModelExportTests {
    /// The specs, and settings that make them quick.
    static let models: [(name: String, settings: [String: Int])] = [
        ("autoencoder", [:]), ("char-lstm", ["length": 12]), ("char-transformer", ["length": 16]), ("ds-cnn", [:]),
        ("lenet5", [:]), ("mlp", [:]), ("mlp-regression", [:]), ("mnist-cnn", [:]), ("mnist-cnn-small", [:]),
        ("mobilenet-v1-025", ["image_size": 64]), ("mobilenet-v2", ["image_size": 64, "width": 8, "classes": 10]),
        ("resnet18", ["image_size": 64, "width": 16, "classes": 10]), ("resnet8", [:]),
        ("unet", ["image_size": 32, "width": 16]), ("video-cnn", [:]),
    ]

    static let names: [String] = models.map(\.name)

    @Test(arguments: ModelExportTests.names)
    func comesBackWithTheSameBits(name: String) throws {
        let settings = try #require(Self.models.first { $0.name == name }).settings
        let model = try Self.model(name, settings)
        let export = try ONNXExport(model)
        let imported = try Model(ONNXFile(export.bytes, path: name))
        #expect(imported.graph.name == model.graph.name)
        #expect(imported.labels == model.labels)
        #expect(imported.preparation == model.preparation && imported.notes == model.notes)
        var random = SeededRandom(seed: 3)
        let batch = 2
        let inputs = model.graph.inputs.map { id -> (String, Tensor) in
            let (value, draw) = (
                model.graph[id], model.graph[id].type.elementType == .f32 ? Draw.spread : .whole(0...9)
            )
            return (
                value.name, draw.tensor(value.type.shape(batch: batch), &random).converted(to: value.type.elementType)
            )
        }
        let before = try TypedRun.answers(of: model, inputs, batch: batch)
        let after = try TypedRun.answers(of: imported, inputs, batch: batch)
        #expect(before.map(\.0) == after.map(\.0))
        for ((name, one), (_, other)) in zip(before, after) {
            #expect(one.data.bytes(of: .f32) == other.data.bytes(of: .f32), "\(name): \(one.largestDifference(other))")
        }
        try CaseFolder.write("model-\(name)", export, inputs, before)
    }

    /// What `apus-export` makes of a model, with labels and fields.
    static func model(_ name: String, _ settings: [String: Int]) throws -> Model {
        let path = "Models/\(name).graph"
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let explicit = try Pipeline([ExplicitParameters()]).run(
            Model(graph: Graph.parse(text, file: path, settings: settings)))
        var model = try Pipeline([
            InferenceMode(), RemoveDeadCode(), FoldBatchNorms(), FoldConstants(), RemoveDeadCode(),
        ]).run(explicit.initialized(seed: 5))
        model.labels = ["none", "some", "all"]
        model.preparation = [.init(name: "invert", value: "auto"), .init(name: "scale", value: "0.5")]
        model.notes = [.init(name: "epoch", value: "7")]
        return model
    }

    @Test func everyModelIsListed() throws {
        let listed = Self.models.map { "\($0.name).graph" }
        #expect(try specs().sorted() == listed.sorted())
    }

    private func specs() throws -> [String] {
        var names: [String] = []
        guard let folder = opendir("Models") else { return [] }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".graph") { names.append(name) }
        }
        return names
    }
}

extension Tensor {
    fileprivate func largestDifference(_ other: Tensor) -> Double {
        zip(elements, other.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}
