import ApusFiles
import ApusGraph
import TestSupport
import Testing

/// Trained models that `apus-train` takes further.
@Suite struct FineTuningTests {
    private let folder = TestFolder()

    private func train(_ arguments: [String], out: String) throws -> Tool.Result {
        try Tool.run(
            "apus-train",
            ["--data", "digits", "--digits-count", "200", "--held-out", "40", "--batch", "16", "--out", out] + arguments
        )
    }

    private func model(_ path: String) throws -> Model { try ModelFile.decode(readFile(path)) }

    /// A model, and the same as an ONNX file.
    private func trained() throws -> (model: String, onnx: String) {
        let spec = try folder.write("small.graph", Array(SmallModels.spec.utf8))
        let result = try train([spec, "--epochs", "1"], out: "\(folder.path)/first")
        #expect(result.status == 0, "\(result.error)")
        let (model, onnx) = ("\(folder.path)/first/best.apus", "\(folder.path)/first.onnx")
        let export = try Tool.run("apus-export", [model, "-o", onnx])
        #expect(export.status == 0, "\(export.error)")
        return (model, onnx)
    }

    @Test func anONNXFileIsTrainedFurther() throws {
        let (path, onnx) = try trained()
        let before = try model(path)
        let flags = [
            onnx, "--epochs", "2", "--freeze", "conv*", "--replace-head", "logits:12", "--clip-gradients", "1",
            "--accumulate", "4",
        ]
        let files = try ["1", "2"].map { threads in
            let out = "\(folder.path)/further\(threads)"
            let result = try train(flags + ["--threads", threads], out: out)
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output.contains("logits begins with fresh weights, for 12 classes\n"), "\(result.output)")
            #expect(
                result.output.contains("fixed: 2 of 4 parameters, 40 of 2,404 weights\n"), "\(result.output)")
            return try readFile("\(out)/best.apus")
        }
        #expect(files[0] == files[1])
        let after = try model("\(folder.path)/further1/best.apus")
        for name in ["conv1.weight", "conv1.bias"] { #expect(after.weights[name] == before.weights[name]) }
        #expect(after.weights["logits.weight"]?.count == 12 * 196)
        #expect(
            after.graph.parameters.filter(\.isFixed).map { after.graph[$0.value].name }.sorted() == [
                "conv1.bias", "conv1.weight",
            ])
        let again = try train(flags + ["--resume"], out: "\(folder.path)/further1")
        #expect(again.status == 0 && again.output.contains("all epochs are done"), "\(again.error)")
        // What is fixed stays so, until it is released.
        let kept = "\(folder.path)/further1/best.apus"
        let third = try train([kept, "--epochs", "1"], out: "\(folder.path)/third")
        #expect(third.output.contains("fixed: 2 of 4 parameters"), "\(third.error)")
        let fourth = try train([kept, "--epochs", "1", "--unfreeze", "*"], out: "\(folder.path)/fourth")
        #expect(fourth.status == 0 && !fourth.output.contains("fixed:"), "\(fourth.error)")
        #expect(try model("\(folder.path)/fourth/best.apus").weights["conv1.weight"] != before.weights["conv1.weight"])
    }

    @Test func whatCantBeDoneIsSaid() throws {
        let (path, _) = try trained()
        let out = "\(folder.path)/run"
        expectFailure(
            try train([path, "--freeze", "cnov*"], out: out),
            "\(path): fix-parameters: no parameter is called 'cnov*'; did you mean 'conv1.weight', 'conv1.bias'?")
        expectFailure(
            try train([path, "--replace-head", "conv1:5"], out: out),
            "\(path): replace-head: conv1: 'pool1', made by max_pool2d, follows it; name the last layer")
        expectFailure(
            try train([path, "--replace-head", "logit:5"], out: out),
            "there is no layer 'logit'; the last layer may be 'logits'")
        for head in ["logits", "logits:none", ":5", "logits:0"] {
            expectFailure(
                try train([path, "--replace-head", head], out: out), status: 64,
                "'\(head)' is no layer with a number of classes; write NAME:COUNT, as in logits:5")
        }
        expectFailure(try train([path, "--accumulate", "0"], out: out), status: 64, "--accumulate")
        expectFailure(try train([path, "--clip-gradients=-1"], out: out), status: 64, "--clip-gradients is -1.0")
        let few = try train([path, "--replace-head", "logits:4"], out: out)
        #expect(few.status == 1)
        #expect(
            few.error.contains(
                "the data set has 10 classes and the model answers 4; set the spec's number of classes "
                    + "(--set, --replace-head)"), "\(few.error)")
        let all = try train([path, "--freeze", "*"], out: out)
        #expect(all.status == 1)
        #expect(
            all.error.contains("let it have some that are not fixed (--freeze, --unfreeze)"), "\(all.error)")
    }
}
