import ApusFiles
import ApusGraph
import ApusJSON
import ApusWeights
import Glibc
import TestSupport
import Testing

@Suite struct ExportTests {
    private let folder = TestFolder()

    private func loss(_ model: String) throws -> Double {
        let arguments = [model, "--data", "digits", "--digits-count", "60", "--part", "training", "--json"]
        let result = try Tool.run("apus-evaluate", arguments)
        return try #require(try result.json()["loss"]?.doubleValue, "\(result.error)")
    }

    @Test func foldsBatchNormsAndAnswersTheSame() throws {
        let trained = try folder.write("normalized.apus", try SmallModels.file(SmallModels.normalized))
        let output = folder.file("x.apus")
        let result = try Tool.run("apus-export", [trained, "-o", output, "--json"])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        let report = try result.json()
        // The one behind the activation stays.
        #expect(report["folded_batch_norms"] == 1)
        // 4 · 9 + 4 of the convolution, 4 · 4 of the other batch norm, 4 · 10 + 10 of the dense layer.
        #expect(report["parameters"] == 106)
        #expect(report["rounding_error"]?.doubleValue == 0)
        let file = try readFile(output)
        #expect(report["file_bytes"]?.integerValue == file.count)

        let model = try ModelFile.decode(file)
        #expect(model.labels == (0..<10).map { "digit \($0)" })
        #expect(model.preparation == [.init(name: "invert", value: "auto")])
        #expect(model.graph.nodes.map(\.operation.name).contains("conv2d"))
        #expect(model.graph.nodes.count { $0.operation.name == "batch_norm" } == 1)
        #expect(abs(try loss(trained) - (try loss(output))) < 1e-5)
        // What was exported can be exported again, and stays as it is.
        let again = folder.file("again.apus")
        #expect(try Tool.run("apus-export", [output, "-o", again]).status == 0)
        #expect(try ModelFile.decode(try readFile(again)) == model)
    }

    @Test func halfPrecisionSaysWhatItCosts() throws {
        let trained = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let output = folder.file("x.apus")
        let result = try Tool.run("apus-export", [trained, "-o", output, "--weights", "f16", "--json"])
        #expect(result.status == 0, "\(result.error)")
        let error = try #require(try result.json()["rounding_error"]?.doubleValue)
        let before = try ModelFile.decode(try readFile(trained)).weights
        let after = try ModelFile.decode(try readFile(output)).weights
        var largest = 0.0
        for (name, weights) in before {
            for (one, other) in zip(weights, try #require(after[name])) {
                largest = max(largest, abs(Double(one) - Double(other)))
            }
        }
        // Weights here are below 1, where half precision has steps of at most 2⁻¹¹.
        #expect(error == largest && error > 0 && error <= 0x1p-12)
        #expect(try readFile(output).count < readFile(trained).count)
        #expect(try Tool.run("apus-export", [trained, "-o", output, "--weights", "f16"]).output.contains("rounding"))
    }

    @Test func takesTheBestModelOfARun() throws {
        _ = try folder.write("best.apus", try SmallModels.file(SmallModels.spec))
        let result = try Tool.run("apus-export", [folder.path, "-o", folder.file("x.apus")])
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("2,010 in 4 tensors, as f32"))
    }

    @Test func refusesWhatIsNoTrainedModel() throws {
        let output = try folder.write("x.apus", "what was there")
        let untrained = Model(graph: try ModelFile.decode(try SmallModels.file(SmallModels.spec)).graph)
        let path = try folder.write("untrained.apus", try ModelFile.encode(untrained, weights: .f32))
        expectFailure(
            try Tool.run("apus-export", [path, "-o", output]),
            "\(path): the parameter 'conv1.weight' has no weights; train the model first")
        let spec = try folder.write("small.graph", SmallModels.spec)
        expectFailure(try Tool.run("apus-export", [spec, "-o", output]), "is a spec, and a model file is needed")
        expectFailure(
            try Tool.run("apus-export", [path]), status: 64,
            "name what to write: a file with --output, or a program with --standalone")
        expectFailure(
            try Tool.run("apus-export", [path, "-o", output, "--weights", "f8"]), status: 64, "'f32' and 'f16'")
        #expect(try readFile(output) == Array("what was there".utf8))
    }

    @Test func leavesNothingBesideTheFile() throws {
        let trained = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        expectFailure(try Tool.run("apus-export", [trained, "-o", folder.path]), "is not a regular file")
    }

    @Test func writesWhatTheNameSays() throws {
        let trained = try folder.write("normalized.apus", try SmallModels.file(SmallModels.normalized))
        for (name, format) in [("x.onnx", "onnx"), ("X.SafeTensors", "safetensors"), ("x.apus", "apus"), ("x", "apus")]
        {
            let result = try Tool.run("apus-export", [trained, "-o", folder.file(name), "--json"])
            #expect(result.status == 0, "\(result.error)")
            #expect(try result.json()["format"]?.stringValue == format)
            let bytes = try readFile(folder.file(name)).count
            #expect(try result.json()["file_bytes"]?.integerValue == bytes)
        }
        let other = try Tool.run("apus-export", [trained, "-o", folder.file("y.bin"), "--format", "onnx"])
        #expect(other.status == 0 && other.output.contains("operators of version 17"), "\(other.error)")
        #expect(try readFile(folder.file("y.bin")) == readFile(folder.file("x.onnx")))
    }

    /// What an ONNX file is made into again has the answers, the labels and the preparation that it had.
    @Test func onnxFilesComeBack() throws {
        let trained = try folder.write("normalized.apus", try SmallModels.file(SmallModels.normalized))
        let (first, second) = (folder.file("x.apus"), folder.file("y.apus"))
        #expect(try Tool.run("apus-export", [trained, "-o", first]).status == 0)
        #expect(try Tool.run("apus-export", [first, "-o", folder.file("x.onnx")]).status == 0)
        let result = try Tool.run("apus-export", [folder.file("x.onnx"), "-o", second])
        #expect(result.status == 0, "\(result.error)")
        let (before, after) = (
            try ModelFile.decode(try readFile(first)), try ModelFile.decode(try readFile(second))
        )
        #expect(after.labels == before.labels && after.preparation == before.preparation)
        #expect(after.weights == before.weights)
        #expect(try loss(first) == loss(second))
    }

    @Test func safetensorsHoldAllParametersAsTheyAre() throws {
        let bytes = try SmallModels.file(SmallModels.normalized)
        let (trained, output) = (try folder.write("normalized.apus", bytes), folder.file("x.safetensors"))
        let result = try Tool.run("apus-export", [trained, "-o", output, "--json"])
        #expect(result.status == 0, "\(result.error)")
        #expect(try result.json()["folded_batch_norms"] == 0)
        let model = try ModelFile.decode(bytes)
        let stored = try SafetensorsFile(readFile(output))
        #expect(stored.metadata == ["format": "apus", "model": "normalized"])
        #expect(Dictionary(uniqueKeysWithValues: stored.tensors.map { ($0.name, $0.weights) }) == model.weights)
        #expect(stored.tensors.first { $0.name == "conv1.weight" }?.shape == [4, 1, 3, 3])
        let half = try Tool.run("apus-export", [trained, "-o", output, "--weights", "f16", "--json"])
        #expect(half.status == 0, "\(half.error)")
        #expect(try SafetensorsFile(readFile(output)).tensors.allSatisfy { $0.type == .f16 })
        #expect(try half.json()["rounding_error"]?.doubleValue ?? 0 > 0)
    }

    @Test func onnxFilesHaveNoHalfPrecision() throws {
        let trained = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        expectFailure(
            try Tool.run("apus-export", [trained, "-o", folder.file("x.onnx"), "--weights", "f16"]), status: 64,
            "weights in ONNX files are f32; leave --weights out, or write another --format")
        expectFailure(
            try Tool.run("apus-export", [trained, "-o", folder.file("x.onnx"), "--format", "pt"]), status: 64,
            "'apus', 'onnx' or 'safetensors'")
    }
}
