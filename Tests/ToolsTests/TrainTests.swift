import ApusCommandLine
import ApusFiles
import ApusGraph
import ApusJSON
import ApusWeights
import TestSupport
import Testing

@Suite struct TrainTests {
    private let folder = TestFolder()

    /// A run of a second on few digits.
    private func train(_ arguments: [String], out: String) throws -> Tool.Result {
        try Tool.run(
            "apus-train",
            [
                repositoryFile("Models/mnist-cnn-small.graph"), "--data", "digits", "--digits-count", "300",
                "--held-out",
                "60", "--epochs", "2", "--batch", "32", "--out", out,
            ] + arguments)
    }

    @Test func aRunLeavesItsFiles() throws {
        let out = "\(folder.path)/run"
        let result = try train([], out: out)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("240 images, 60 held out for validation, 50 for testing"))
        #expect(result.output.contains("epoch 2/2"))
        let history = String(decoding: try readFile("\(out)/history.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(history.count == 2)
        let line = try JSONValue(parsing: String(history[1]))
        // The first seven have been there from the beginning, so programs count on them. The losses of the sets came later; they are there
        // where a set is evaluated by what the run was trained by, so that they can be held against the training loss.
        #expect(
            line.objectValue?.map(\.name) == [
                "epoch", "train_loss", "validation_accuracy", "test_accuracy", "learning_rate", "seconds",
                "images_per_second", "validation_loss", "test_loss",
            ])
        for name in ["validation_loss", "test_loss"] {
            let loss = try #require(line[name]?.doubleValue)
            #expect(loss > 0 && loss < 10)
        }
        #expect(line["epoch"]?.integerValue == 2)
        #expect(fileExists("\(out)/best.apus") && fileExists("\(out)/checkpoint") && !fileExists("\(out)/lock"))
    }

    @Test func threadsAndRepetitionDoNotChangeTheModel() throws {
        let files = try [("a", "1"), ("b", "2"), ("c", "2")].map { name, threads in
            let result = try train(
                ["--threads", threads, "--shift", "1", "--average", "0.9"], out: "\(folder.path)/\(name)")
            #expect(result.status == 0, "\(result.error)")
            return try readFile("\(folder.path)/\(name)/best.apus")
        }
        #expect(files[0] == files[1] && files[1] == files[2])
    }

    @Test func aFinishedRunIsResumedToNothingMore() throws {
        let out = "\(folder.path)/run"
        #expect(try train([], out: out).status == 0)
        let model = try readFile("\(out)/best.apus")
        let again = try train(["--resume"], out: out)
        #expect(again.status == 0 && again.output.contains("all epochs are done"))
        #expect(try readFile("\(out)/best.apus") == model)
        expectFailure(
            try train(["--resume", "--learning-rate", "0.1"], out: out), status: 1, "another recipe",
            "learning rate 0.1")
    }

    /// Weights by name, from each kind of file: the same beginning, and so the same run.
    @Test func beginsWithWeightsFromElsewhere() throws {
        let first = "\(folder.path)/first"
        #expect(try train([], out: first).status == 0)
        var runs: [[UInt8]] = []
        for name in ["x.safetensors", "x.onnx", "x.apus"] {
            let (source, out) = (folder.file(name), "\(folder.path)/from-\(name)")
            #expect(try Tool.run("apus-export", [first, "-o", source]).status == 0)
            let result = try train(["--init-from", source], out: out)
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output.contains("8 of 8 parameters are from \(source)"), "\(result.output)")
            runs.append(try readFile("\(out)/best.apus"))
        }
        #expect(runs[0] == runs[1] && runs[1] == runs[2])
        #expect(try readFile("\(first)/best.apus") != runs[0])
    }

    @Test func weightsThatDoNotFitAreToldApart() throws {
        let file = SafetensorsFile(tensors: [
            StoredTensor(name: "conv1.weight", shape: [2], weights: [1, 2]),
            StoredTensor(name: "logits.bias", shape: [10], weights: [Float](repeating: 0, count: 10)),
            StoredTensor(name: "else", shape: [], weights: [1]),
        ])
        let source = try folder.write("x.safetensors", file.encoded())
        expectFailure(
            try train(["--init-from", source], out: "\(folder.path)/a"), status: 1,
            "\(source): 'conv1.weight' is [2] there, and [", "leave these out with --init-partially")
        let result = try train(["--init-from", source, "--init-partially"], out: "\(folder.path)/b")
        #expect(result.output.contains("of another shape there: conv1.weight"), "\(result.output)\(result.error)")
        #expect(result.output.contains("there, but not in the network: else"))
        let strange = try folder.write("y.safetensors", SafetensorsFile(tensors: []).encoded())
        expectFailure(
            try train(["--init-from", strange], out: "\(folder.path)/c"), status: 1, "has none of the",
            "compare the names")
        let broken = try folder.write("z.safetensors", "no")
        expectFailure(
            try train(["--init-from", broken], out: "\(folder.path)/d"), status: 1,
            "\(broken): is no safetensors file: it has 2 bytes")
        expectFailure(
            try train(["--init-partially"], out: "\(folder.path)/e"), status: 64, "--init-partially is for --init-from")
    }

    @Test func aRunIsNotOverwrittenByAccident() throws {
        let out = "\(folder.path)/run"
        #expect(try train([], out: out).status == 0)
        let before = try readFile("\(out)/history.jsonl")
        expectFailure(try train([], out: out), status: 1, "holds a run already", "--resume", "--overwrite")
        #expect(try readFile("\(out)/history.jsonl") == before)
    }

    @Test func twoTrainersCantWriteOneRun() throws {
        let out = "\(folder.path)/run"
        try makeFolder(out)
        let lock = try RunLock(folder: out)
        expectFailure(try train([], out: out), status: 1, "another trainer", "writes this run")
        _ = consume lock
        #expect(try train([], out: out).status == 0)
    }

    @Test(arguments: [
        (["--epochs", "none"], "is not a whole number"), (["--noise=-1"], "--noise is -1.0"),
        (["--resume", "--overwrite"], "give one of them"), (["--weight-decay", "0.1"], "choose --optimizer adamw"),
        (["--rotation", "999"], "rotation is 999"), (["--select-on", "luck"], "luck"), (["--sedd", "1"], "sedd"),
    ])
    func wrongFlags(arguments: [String], text: String) throws {
        expectFailure(try train(arguments, out: "\(folder.path)/run"), status: 64, text)
        #expect(!isFolder("\(folder.path)/run"))
    }

    @Test(arguments: [
        (["--limit", "100000"], "--limit is 100000 and the training set has 300 samples"),
        (["--held-out", "300"], "can't be held out of 300; hold out fewer, or select on the last model (--held-out"),
        (
            ["--learning-rate", "1e30", "--optimizer", "sgd", "--schedule", "constant"],
            "values in the data that are far from 0...1 (--learning-rate)"
        ),
        (["--set", "classes=4"], "the data set has 10 classes and the model answers 4"),
        (
            ["--set", "image_size=32"],
            "'image' takes [1, 32, 32] and the data set has [1, 28, 28]; set the spec's sizes to those of the data (--set)"
        ),
        (["--set", "colour=1"], "colour"),
    ])
    func workThatFails(arguments: [String], text: String) throws {
        let result = try train(arguments, out: "\(folder.path)/run")
        #expect(result.status == 1)
        #expect(result.error.hasPrefix("apus-train: error: ") && result.error.contains(text), "\(result.error)")
        #expect(!fileExists("\(folder.path)/run/best.apus"))
    }
}
