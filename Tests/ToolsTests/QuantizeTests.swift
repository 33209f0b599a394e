import ApusFiles
import ApusJSON
import TestSupport
import Testing

@Suite struct QuantizeTests {
    private let folder = TestFolder()
    private static let data = ["--data", "digits", "--data-count", "300", "--samples", "120", "--threads", "2"]

    private func quantize(_ model: String, _ arguments: String...) throws -> Tool.Result {
        try Tool.run("apus-quantize", [model, "-o", folder.file("x.apus")] + Self.data + arguments)
    }

    @Test func theResultIsAModelLikeAnyOther() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.depthwise))
        let result = try quantize(model, "--json", "--html", folder.file("x.html"))
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        let report = try result.json()
        #expect(report["samples"] == 96 && report["held_out"] == 24 && report["layers_in_8_bits"] == 4)
        #expect(try #require(report["signal_to_noise"]?.doubleValue) > 20)
        #expect(report["f32"]?.arrayValue?.map { $0["operator"] } == ["softmax"])
        let page = String(decoding: try readFile(folder.file("x.html")), as: UTF8.self)
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("conv2d, depthwise"))
        let quantized = folder.file("x.apus")
        let evaluation = try Tool.run(
            "apus-evaluate", [quantized, "--data", "digits", "--data-count", "120", "--json"]
        ).json()
        #expect(evaluation["samples"] == 20)
        let plan = folder.file("x.plan")
        #expect(try Tool.run("apus-compile", [quantized, "-o", plan]).status == 0)
        #expect(try Tool.run("dump-graph", [quantized]).output.contains("dequantize_linear"))
        // What is exported keeps its codes.
        let exported = folder.file("exported.apus")
        #expect(try Tool.run("apus-export", [quantized, "-o", exported]).status == 0)
        let graphs = try [quantized, exported].map { try Tool.run("dump-graph", [$0]).output }
        #expect(graphs[0] == graphs[1] && graphs[0].contains("i8[16, 1, 3, 3]"))
        expectFailure(try quantize(quantized), "is quantized already; give the model that it was made of")
    }

    @Test func peopleAreToldOfEachLayer() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let result = try quantize(model, "--keep", "conv1", "--max-drop", "100", "--sensitivity")
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        for part in [
            "layers in 8 bits", "1 of 2", "held-out accuracy", "Layers", "by itself", "as asked for",
            "Other operators in f32",
            "softmax",
        ] {
            #expect(result.output.contains(part), "\(part)")
        }
    }

    @Test func batchNormsAreFolded() throws {
        let model = try folder.write("normal.apus", try SmallModels.file(SmallModels.normalized))
        let report = try quantize(model, "--json").json()
        #expect(report["layers"]?.arrayValue?.map { $0["name"] } == ["norm1", "logits"])
        #expect(try Tool.run("dump-graph", [folder.file("x.apus")]).output.contains("batch_norm(act1") == true)
    }

    @Test(arguments: ["i8", "i4"]) func weightsAloneNeedNoData(bits: String) throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let coded = folder.file("x.apus")
        let result = try Tool.run(
            "apus-quantize", [model, "--weights", bits, "-o", coded, "--html", folder.file("x.html")])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        for part in ["dense layers in \(bits.dropFirst()) bits", "1 of 1", "signal to noise of weights", "logits"] {
            #expect(result.output.contains(part), "\(result.output)")
        }
        #expect(String(decoding: try readFile(folder.file("x.html")), as: UTF8.self).contains("Dense layers"))
        let dumped = try Tool.run("dump-graph", [coded]).output
        #expect(dumped.contains("logits.weight.codes: i8") && dumped.contains("block: 32)"), "\(dumped)")
        #expect(try Tool.run("apus-compile", [coded, "-o", folder.file("x.plan")]).status == 0)
        let report = try quantize(model, "--weights", bits, "--json").json()
        #expect(report["weights"] == .string(bits) && report["samples"] == 120 && report["block"] == 32)
        #expect(try #require(report["signal_to_noise"]?.doubleValue) > (bits == "i8" ? 30 : 10))
        #expect(report["measure"] == "accuracy" && report["score"]?.doubleValue != nil)
        expectFailure(
            try Tool.run("apus-quantize", [coded, "--weights", bits, "-o", folder.file("y.apus")]),
            "is quantized already; give the model that it was made of")
    }

    @Test func theSameSamplesGiveTheSameFile() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        var files: [[UInt8]] = []
        for arguments in [["--threads", "1"], ["--threads", "3"], ["--seed", "2"]] {
            let path = folder.file("y.apus")
            let data = ["--data", "digits", "--data-count", "300", "--samples", "50"]
            #expect(try Tool.run("apus-quantize", [model, "-o", path] + data + arguments).status == 0)
            files.append(try readFile(path))
        }
        #expect(files[0] == files[1] && files[0] != files[2])
    }

    @Test func wrongArgumentsAreRefused() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        expectFailure(try quantize(model, "--held-out", "120"), status: 64, "leaves nothing of --samples 120")
        expectFailure(
            try quantize(model, "--percentile", "99"), status: 64, "--percentile is for --calibration percentile")
        expectFailure(try quantize(model, "--calibration", "best"), status: 64, "'least-squares'")
        expectFailure(try quantize(model, "--max-drop=-1"), status: 64, "from 0 on")
        expectFailure(
            try Tool.run("apus-quantize", [model, "-o", folder.file("x.apus")]), status: 64,
            "Missing expected argument '--data <data>'; only --weights needs none")
        expectFailure(try quantize(model, "--weights", "i2"), status: 64, "one of 'i8' and 'i4'")
        expectFailure(
            try quantize(model, "--weights", "i8", "--max-drop", "1"), status: 64,
            "--max-drop is for codes of activations, and --weights makes none")
        expectFailure(try quantize(model, "--keep", "conv7"), "there is no layer 'conv7'; the layers are conv1, logits")
        let larger = SmallModels.spec.replacing("image_size = 28", with: "image_size = 32")
        expectFailure(
            try quantize(try folder.write("larger.apus", try SmallModels.file(larger))),
            "'image' takes [1, 32, 32] and the data set has [1, 28, 28]")
        expectFailure(
            try quantize(try folder.write("small.graph", SmallModels.spec)), "is a spec, and a model file is needed")
    }
}
