import ApusFiles
import ApusGraph
import ApusJSON
import Glibc
import TestSupport
import Testing

/// Models that `apus-train` trains for 8 bits.
@Suite struct QuantizationAwareTests {
    private let folder = TestFolder()

    private func arguments(_ model: String, out: String, _ more: [String]) -> [String] {
        [
            model, "--data", "digits", "--digits-count", "300", "--held-out", "60", "--batch", "16", "--out", out,
            "--quantize-aware",
        ] + more
    }

    private func train(_ model: String, out: String, _ more: String...) throws -> Tool.Result {
        try Tool.run("apus-train", arguments(model, out: out, more))
    }

    private func model(_ spec: String) throws -> String {
        try folder.write("trained.apus", try SmallModels.file(spec))
    }

    @Test func theResultIsAModelInEightBits() throws {
        let trained = try model(SmallModels.depthwise)
        let runs = try ["1", "2"].map { threads in
            let out = "\(folder.path)/run\(threads)"
            let result = try train(trained, out: out, "--epochs", "2", "--learning-rate", "0.003", "--threads", threads)
            #expect(result.status == 0 && result.error == "", "\(result.error)")
            #expect(result.output.contains("8 bits: 4 of 4 layers, with ranges of 240 samples to begin with\n"))
            return out
        }
        #expect(try readFile("\(runs[0])/best.apus") == readFile("\(runs[1])/best.apus"))
        let best = "\(runs[0])/best.apus"
        let made = try ModelFile.decode(readFile(best))
        #expect(!made.preparation.isEmpty && made.weights.isEmpty && made.graph.parameters.isEmpty)
        #expect(made.graph.nodes.contains { $0.operation is QuantizeLinear })
        #expect(!made.graph.nodes.contains { $0.operation is FakeQuantize })
        #expect(made.graph.constants.contains { made.graph[$0.value].type.elementType == .i8 })
        // Its plan computes in integers, and answers as the tool said.
        let plan = "\(folder.path)/x.plan"
        #expect(try Tool.run("apus-compile", [best, "-o", plan]).status == 0)
        #expect(try Tool.run("dump-graph", [plan]).output.contains("quantizedConvolution"))
        let evaluation = try Tool.run(
            "apus-evaluate", [best, "--data", "digits", "--digits-count", "300", "--json"])
        #expect(evaluation.status == 0, "\(evaluation.error)")
        // It is no other than what apus-quantize writes, which takes no such model.
        expectFailure(
            try Tool.run("apus-quantize", [best, "-o", plan, "--data", "digits"]), "is quantized already")
        expectFailure(try train(best, out: "\(folder.path)/again"), "is quantized already")
    }

    /// A model that hardly fits its codes is better after it was trained with them.
    @Test func trainingMakesItBetter() throws {
        let spec = try folder.write("small.graph", SmallModels.spec)
        let first = "\(folder.path)/first"
        let digits = ["--data", "digits", "--digits-count", "300", "--held-out", "60", "--batch", "16"]
        #expect(try Tool.run("apus-train", [spec, "--epochs", "3", "--out", first] + digits).status == 0)
        let out = "\(folder.path)/run"
        let result = try train("\(first)/best.apus", out: out, "--epochs", "4", "--learning-rate", "0.003")
        #expect(result.status == 0, "\(result.error)")
        let losses = try readFile("\(out)/history.jsonl").split(separator: UInt8(ascii: "\n")).map { line in
            try #require(try JSONValue(parsing: Array(line))["train_loss"]?.doubleValue)
        }
        #expect(losses.count == 4 && losses[3] < losses[0], "\(losses)")
    }

    @Test func aRunGoesOnWithTheSameBits() throws {
        let trained = try model(SmallModels.normalized)
        let (whole, out) = ("\(folder.path)/whole", "\(folder.path)/out")
        let more = ["--epochs", "30", "--patience", "0", "--target-accuracy", "2"]
        #expect(try Tool.run("apus-train", arguments(trained, out: whole, more)).status == 0)
        var isSent = false
        let result = try Tool.run("apus-train", arguments(trained, out: out, more)) { process in
            guard !isSent, fileExists("\(out)/checkpoint") else { return }
            kill(process, SIGTERM)
            isSent = true
        }
        #expect(isSent && result.status == 143, "\(result.error)")
        let second = try Tool.run("apus-train", arguments(trained, out: out, more + ["--resume"]))
        #expect(second.status == 0, "\(second.error)")
        #expect(try readFile("\(out)/best.apus") == readFile("\(whole)/best.apus"))
    }

    @Test func rangesCanBeFixed() throws {
        let trained = try model(SmallModels.spec)
        let out = "\(folder.path)/run"
        let result = try train(trained, out: out, "--epochs", "1", "--freeze", "*.log_scale")
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("fixed: 4 of 8 parameters, 16 of 2,026 weights\n"), "\(result.output)")
    }

    @Test func whatCantBeDoneIsSaid() throws {
        let out = "\(folder.path)/run"
        let spec = try folder.write("small.graph", SmallModels.spec)
        expectFailure(try train(spec, out: out), "the parameter 'conv1.weight' has no weights; train the model first")
        let trained = try model(SmallModels.spec)
        expectFailure(
            try train(trained, out: out, "--keep", "conv7"), "there is no layer 'conv7'; the layers are conv1, logits")
        expectFailure(
            try train(trained, out: out, "--replace-head", "logits:5"), status: 64,
            "--quantize-aware is for a trained model, and --replace-head begins a layer anew; train that first")
        let digits = [trained, "--data", "digits", "--out", out]
        expectFailure(
            try Tool.run("apus-train", digits + ["--keep", "conv1"]), status: 64,
            "--keep is for --quantize-aware; give both")
        expectFailure(
            try Tool.run("apus-train", digits + ["--calibration-samples", "100"]), status: 64,
            "--calibration-samples is for --quantize-aware; give both")
    }
}
