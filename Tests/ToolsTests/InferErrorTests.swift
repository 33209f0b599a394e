import ApusData
import ApusFiles
import ApusGraph
import ApusPlan
import TestSupport
import Testing

/// What apus-infer says of wrong usage and wrong files.
@Suite struct InferErrorTests {
    private let folder = TestFolder()

    private func image() throws -> String {
        try folder.write("x.pgm", Array("P5 28 28 255\n".utf8) + Array(repeating: 7, count: 784))
    }

    private func model() throws -> String {
        try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
    }

    private func plan() throws -> Plan {
        let file = folder.file("small.plan")
        try #require(try Tool.run("apus-compile", [try model(), "-o", file, "--batch", "3"]).status == 0)
        return try PlanFile.decode(try readFile(file))
    }

    private func infer(_ arguments: [String], input: [UInt8] = []) throws -> Tool.Result {
        try Tool.run("apus-infer", arguments, input: input)
    }

    @Test(
        arguments: [
            (["--benchmrk", "m"], "there is no option --benchmrk; did you mean --benchmark?"),
            (["m", "--colour"], "there is no option --colour; --help lists them"),
            (["m", "-x"], "there is no option -x"),
            ([], "name a model or a plan; --help says more"),
            (["m"], "nothing is asked; give images, --input NAME=FILE, --raw, --benchmark or --profile"),
            (["m", "--benchmark", "--profile"], "choose one of --benchmark and --profile: they don't go together"),
            (["m", "--profile", "--raw"], "choose one of --raw and --profile: they don't go together"),
            (["m", "--benchmark", "--trace", "t.json"], "--trace goes with --profile: give both"),
            (["m", "--profile", "--trace="], "--trace needs the name of a file"),
            (["m", "a.png", "--raw"], "choose one of images and --raw: they don't go together"),
            (["m", "--raw", "--benchmark"], "choose one of --raw and --benchmark: they don't go together"),
            (["m", "--raw", "--raw"], "--raw is given twice; leave one of them out"),
            (["m", "--raw=yes"], "--raw takes no value"),
            (["m", "--raw", "--json"], "--json doesn't go with --raw: its answers are f32"),
            (["m", "--raw", "--output", "y=y.npy"], "--output doesn't go with --raw"),
            (["m", "a.png", "--top"], "--top needs a number after it"),
            (["m", "a.png", "--top", "0"], "--top is a whole number from 1 to 1048576, not '0'"),
            (["m", "a.png", "--top", "many"], "not 'many'"),
            (["m", "a.png", "--top", "99999999999999999999"], "not '99999999999999999999'"),
            (["m", "a.png", "--threads", "-1"], "--threads is a whole number from 1 to 256, not '-1'"),
            (["m", "--input", "x.npy"], "--input takes NAME=FILE, not 'x.npy'"),
            (["m", "--input", "a=b", "--input", "a=c"], "--input a is given twice; leave one of them out"),
            (["m", "a.png", "--target", "vax"], "there is no target 'vax'; choose one of x86-64, x86-64-v3"),
            (["m", "--until=", "a.png"], "--until needs the name of a value"),
            (["m", "--until", "x", "--top", "2", "a.png"], "--top is for classes that are printed"),
            (["--", "--help"], "nothing is asked"),
        ] as [([String], String)])
    func wrongUsageEndsWith64(_ arguments: [String], _ message: String) throws {
        let result = try infer(arguments)
        expectFailure(result, status: 64, message)
        #expect(result.error.hasPrefix("apus-infer: error: ") && result.error.hasSuffix("\n"))
    }

    @Test func missingAndForeignFiles() throws {
        let model = try model()
        let image = try image()
        expectFailure(
            try infer(["/no/such", image]), "/no/such: can't open it: No such file or directory; check the path")
        expectFailure(try infer([folder.path, image]), "is a folder, not a file")
        expectFailure(try infer([model, "/no/such.png"]), "/no/such.png: can't open it")
        expectFailure(
            try infer([model, model]), "\(model): is not an image that is read; give a PNG, PGM or PPM file")
        let cut = try folder.write("cut.pgm", "P5 28 28 255\nabc")
        expectFailure(try infer([model, cut]), "\(cut): its Netpbm data is damaged")
        expectFailure(
            try infer([image, image]), "\(image) is neither a model (.apus) nor a plan (.plan)")
        let empty = try folder.write("empty", [])
        expectFailure(try infer([empty, "--benchmark"]), "\(empty) is neither a model (.apus) nor a plan (.plan)")
    }

    @Test func specsAreTrainedFirst() throws {
        let spec = try folder.write("small.graph", SmallModels.spec)
        expectFailure(
            try infer([spec, try image()]),
            "train it with apus-train and export it with apus-export first, or time it with --random-weights")
        let wrong = try folder.write("wrong.graph", SmallModels.spec.replacing("units: classes", with: "units: 0"))
        expectFailure(
            try infer([wrong, "--random-weights", try image()]), "apus-infer: error: the spec is wrong\n\(wrong):9:")
        let huge = try folder.write("huge.graph", SmallModels.spec.replacing("units: classes", with: "units: 10000000"))
        expectFailure(try infer([huge, "--random-weights", try image()]), "weights are too many to make up")
    }

    @Test func innerValuesNeedAModel() throws {
        _ = try plan()
        let plan = folder.file("small.plan")
        expectFailure(
            try infer([plan, try image(), "--until", "logits"]),
            "\(plan) is a plan, which has no inner values; give --until a model (.apus)")
        expectFailure(
            try infer([try model(), try image(), "--until", "logit"]), "the model has no value 'logit'; choose one of"
        )
    }

    @Test func targetsMustFit() throws {
        let plan = try plan()
        let other = try #require(Target.allCases.first { $0 != plan.target })
        expectFailure(
            try infer([folder.file("small.plan"), try image(), "--target", other.rawValue]),
            "the plan is for \(plan.target.rawValue); compile it again with --target \(other.rawValue)")
        #if arch(x86_64)
            let foreign = "arm64"
        #else
            let foreign = "x86-64"
        #endif
        expectFailure(
            try infer([try model(), try image(), "--target", foreign]),
            "this processor doesn't run \(foreign); choose one of \(plan.target.rawValue)")
    }

    @Test func wrongArrays() throws {
        let model = try model()
        let file = folder.file("x.npy")
        let input = ["--input", "image=\(file)"]
        try NPY<Float>(shape: [1, 28, 28], elements: Array(repeating: 0, count: 784)).write(to: file)
        expectFailure(
            try infer([model] + input),
            "has the shape [1, 28, 28], and 'image' is f32[N, 1, 28, 28]; give it that shape")
        try NPY<Float>(shape: [0, 1, 28, 28], elements: []).write(to: file)
        expectFailure(try infer([model] + input), "\(file) has no samples")
        try NPY<Float>(shape: [1, 1, 28, 28], elements: Array(repeating: 0, count: 784)).write(to: file)
        expectFailure(
            try infer([model, "--input", "picture=\(file)"]),
            "the network has no input 'picture'; it has image: f32[N, 1, 28, 28]")
        expectFailure(
            try infer([model, "--output", "logits=y.npy"] + input),
            "the network has no output 'logits'; it has probabilities: f32[N, 10]; --until chooses other values")
        let kept = try folder.write("kept.npy", "what was there")
        try writeFile([1, 2, 3], to: file)
        expectFailure(try infer([model, "--output", "probabilities=\(kept)"] + input), "\(file): is not an .npy file")
        #expect(try readFile(kept) == Array("what was there".utf8))
        try NPY<Float>(shape: [1, 1, 28, 28], elements: Array(repeating: 0, count: 784)).write(to: file)
        expectFailure(try infer([model, "--output", "probabilities=/no/such/y.npy"] + input), "/no/such/y.npy: can't")
    }

    @Test func aFullDiskIsReported() throws {
        let model = try model()
        for arguments in [[model, try image()], [model, "--help"]] {
            let result = try Tool.run("apus-infer", arguments, outputPath: "/dev/full")
            #expect(result.status == 1)
            #expect(result.error.contains("can't write to standard output: No space left on device"))
        }
        let raw = try Tool.run(
            "apus-infer", [model, "--raw"], input: Array(repeating: 0, count: 3136), outputPath: "/dev/full")
        #expect(raw.status == 1 && raw.error.contains("No space left on device"))
    }

    @Test func namesDoNotControlTheTerminal() throws {
        let labels = (0..<10).map { "\u{1B}[31m\($0)\n" }
        let model = try folder.write("m.apus", try SmallModels.file(SmallModels.spec, labels: labels))
        let result = try infer([model, try image()])
        #expect(result.status == 0 && !result.output.contains("\u{1B}"))
        #expect(result.output.split(separator: "\n").count == 1)
        expectFailure(try infer(["\u{1B}[2J", "x.png"]), "\u{FFFD}[2J: can't open it")
    }

    // MARK: Files that were made to do harm

    /// A file that the tool answers or refuses, but does not break at.
    private func survives(_ bytes: [UInt8], _ what: String) throws {
        let file = try folder.write("hostile", bytes)
        let result = try infer([file, try image()])
        #expect(result.status == 0 || result.status == 1, "\(what): \(result.status) \(result.error)")
        #expect(result.status == 0 || result.error.hasPrefix("apus-infer: error: "), "\(what): \(result.error)")
    }

    @Test func damagedFilesAreRefused() throws {
        _ = try plan()
        for name in ["small.plan", "small.apus"] {
            let bytes = try readFile(folder.file(name))
            for part in 0..<24 {
                let cut = bytes.count * part / 24
                let file = try folder.write("cut", Array(bytes.prefix(cut)))
                expectFailure(try infer([file, try image()]), "\(file)")
                var damaged = bytes
                damaged[cut] ^= 0x55
                try survives(damaged, "\(name) damaged at \(cut)")
            }
        }
        var state: UInt64 = 7
        for size in [1, 7, 8, 64, 4096] {
            let noise = (0..<size).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(state >> 56)
            }
            try survives(noise, "noise of \(size)")
            try survives(Array(bytes(of: "small.plan").prefix(8)) + noise, "a plan of noise, \(size)")
            try survives(Array(bytes(of: "small.apus").prefix(8)) + noise, "a model of noise, \(size)")
        }
    }

    private func bytes(of name: String) -> [UInt8] { (try? readFile(folder.file(name))) ?? [] }

    /// Plans with right checksums and absurd contents.
    @Test func absurdPlansAreRefused() throws {
        let plan = try plan()
        func check(_ what: String, _ change: (inout Plan) -> Void) throws {
            var absurd = plan
            change(&absurd)
            try survives(PlanFile.encode(absurd), what)
        }
        try check("batch bound") { $0.batchBound = 1 << 31 }
        try check("micro-batch") { $0.microBatch = 1 << 31 }
        try check("shards") { ($0.shards, $0.reductionBytes) = (1 << 31, 1 << 48) }
        try check("activations") { $0.activationBytes = 1 << 48 }
        try check("output without elements") { $0.outputs[0].sampleShape = [0] }
        try check("large output") { $0.outputs[0].sampleShape = [1 << 40] }
        try check("output of four dimensions") { $0.outputs[0].sampleShape = [1, 1, 1, 10] }
        try check("large input") { $0.inputs[0].sampleShape = [1, 1 << 22, 1 << 22] }
        try check("no input") { $0.inputs = [] }
        try check("no output") { $0.outputs = [] }
        try check("whole numbers") { $0.outputs[0].elementType = .i32 }
        try check("few labels") { $0.labels = ["a"] }
        try check("a preparation without a value") { $0.preparation = [.init(name: "scale", value: "")] }
        try check("a wrong preparation") {
            $0.preparation = [
                .init(name: "scale", value: "nan"), .init(name: "mean", value: ","), .init(name: "resize", value: "up"),
            ]
        }
        try check("no instructions") { $0.body = [] }
        try check("state") { $0.stateBytes = 1 << 40 }
    }

    @Test func trainingPlansDoNotAnswer() throws {
        var plan = try plan()
        plan.stateBytes = 64
        let file = try folder.write("training.plan", PlanFile.encode(plan))
        expectFailure(try infer([file, try image()]), "\(file) is a plan for training, which has no weights")
    }
}
