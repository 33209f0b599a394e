import ApusCompiler
import ApusFiles
import ApusGraph
import ApusPlan
import TestSupport
import Testing

@Suite struct DumpGraphTests {
    private let folder = TestFolder()

    private static let models: String = {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(folder)/Models"
    }()

    private func dump(_ arguments: [String]) throws -> Tool.Result { try Tool.run("dump-graph", arguments) }

    @Test(arguments: [
        "mnist-cnn", "mnist-cnn-small", "lenet5", "mlp", "resnet8", "mobilenet-v1-025", "ds-cnn", "autoencoder",
    ])
    func textIsTheLanguage(name: String) throws {
        let path = "\(Self.models)/\(name).graph"
        let spec = try Graph.parse(String(decoding: try readFile(path), as: UTF8.self))
        let plain = try dump([path])
        #expect(plain.status == 0 && plain.error == "", "\(plain.error)")
        #expect(plain.output == spec.text && !plain.output.contains("\u{1B}"))
        let trained = try dump([path, "--training", "--verify"])
        let expected = try Pipeline.training().run(Model(graph: spec)).graph
        #expect(try Graph.parse(trained.output) == expected)
    }

    @Test(arguments: [false, true])
    func stopsAfterEachPass(training: Bool) throws {
        let spec = try folder.write("small.graph", SmallModels.normalized)
        let flag = training ? ["--training"] : []
        let pipeline = training ? Pipeline.training() : Pipeline.inference(batch: 1)
        let passes = try dump(["--list-passes"] + flag)
        #expect(passes.output.split(separator: "\n").map(String.init) == pipeline.names)
        let model = Model(graph: try Graph.parse(SmallModels.normalized))
        for pass in pipeline.names {
            let result = try dump([spec, "--after", pass, "--verify"] + flag)
            #expect(result.status == 0, "\(pass): \(result.error)")
            #expect(try Graph.parse(result.output) == pipeline.run(model, stoppingAfter: pass).graph, "\(pass)")
        }
    }

    @Test func tableSaysWhereNumbersComeFrom() throws {
        let table = try dump(["\(Self.models)/mnist-cnn.graph", "--format", "table"]).output
        #expect(table.contains("288 = 32 × 3 × 3"))
        #expect(table.contains("16 = filters; 28 = floor((28 + 1 + 1 − 3) / 1) + 1"))
        let words = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(words.contains(["total", "16,938", "1,470,528"]))
        #expect(words.contains { $0.first == "logits" && $0.contains("2,890") && $0.contains("2,880") })
        let wider = try dump(["\(Self.models)/mnist-cnn.graph", "--format", "table", "--set", "image_size=32"]).output
        #expect(wider.contains("512 = 32 × 4 × 4"))
    }

    @Test func jsonHoldsTheGraph() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let record = try dump([model, "--format", "json"]).json()
        #expect(record["model"] == "small" && record["parameter_count"] == 2010 && record["multiply_adds"] == 30184)
        #expect(record["labels"]?.arrayValue?.count == 10)
        #expect(record["preparation"]?["invert"] == "auto")
        let nodes = try #require(record["nodes"]?.arrayValue)
        #expect(nodes.map { $0["operator"] }.contains("conv2d"))
        let convolution = try #require(nodes.first { $0["operator"] == "conv2d" })
        #expect(convolution["attributes"]?["filters"] == 4)
        let result = try #require(convolution["results"]?.arrayValue?.first)
        #expect(result["shape"] == ["N", 4, 28, 28])
        #expect(result["derivations"]?.arrayValue?.first == .null)
        #expect(convolution["parameter_count"] == 40)
    }

    @Test func dotIsForGraphviz() throws {
        let spec = try folder.write("small.graph", SmallModels.spec)
        let lines = try dump([spec, "--format", "dot"]).output.split(separator: "\n").map(String.init)
        #expect(lines.first == "digraph \"small\" {" && lines.last == "}")
        #expect(lines.contains { $0.contains("conv1\\nconv2d\\nfilters: 4") && $0.contains("40 parameters") })
        #expect(lines.contains { $0.contains("value0 -> node0 [label=\" f32[N, 1, 28, 28]\"]") })
        #expect(lines.count { $0.contains(" -> ") } == 7)
    }

    @Test func aPlansPortsHaveTheirTypes() throws {
        let plan = folder.file("typed.plan")
        let spec = try folder.write(
            "typed.graph", "model typed\ninput x: f16[N, 3]\ninput y: f16[3]\noutput z = add(x, y)\n")
        try #require(try Tool.run("apus-compile", [spec, "-o", plan]).status == 0)
        let words = try dump([plan]).output.split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
        for line in ["input x f16[N, 3]", "input y f16[3]", "output z f16[N, 3]"] { #expect(words.contains(line)) }
    }

    @Test func plansAreInstructions() throws {
        let plan = folder.file("small.plan")
        let spec = try folder.write("small.graph", SmallModels.spec)
        try #require(try Tool.run("apus-compile", [spec, "-o", plan, "--target", "x86-64-v3"]).status == 0)
        let text = try dump([plan, "--verify"]).output
        #expect(text.hasPrefix("plan small: the kernels of x86-64-v3, 8 lanes; batches of up to 1, 1 at once\n"))
        #expect(text.contains("convolution for pool1, 28,224 multiply-adds, direct, tile of "))
        #expect(text.contains("output probabilities + 0") && text.contains("the lower bound"))
        let table = try dump([plan, "--format", "table"]).output
        #expect(table.contains("softmax") && table.contains("constants + 0"))
        let record = try dump([plan, "--format", "json"]).json()
        let decoded = try PlanFile.decode(try readFile(plan))
        #expect(record["instructions"]?.arrayValue?.count == decoded.body.count)
        #expect(record["activation_bytes"]?.integerValue == decoded.activationBytes)
        #expect(record["buffers"]?.arrayValue?.count == decoded.buffers.count)

        let memory = try dump([plan, "--memory"])
        #expect(memory.output.hasPrefix("Activations of small: "))
        expectFailure(try dump([plan, "--training"]), status: 64, "--after and --training take its model")
        expectFailure(try dump([plan, "--format", "dot"]), status: 64, "give --format text, table or json")
    }

    @Test func listsSections() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let plan = folder.file("small.plan")
        try #require(try Tool.run("apus-compile", [model, "-o", plan]).status == 0)
        let text = try dump([plan, "--sections"])
        let lines = text.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(text.status == 0 && text.output.hasPrefix("plan, version 12.5, "), "\(text.error)")
        #expect(lines.dropFirst(2).map { $0.last } == ["right", "right", "right", "right"])
        #expect(lines[2].starts(with: ["header", "and", "table", "0", "128"]))
        #expect(lines[3].starts(with: ["1", "description", "128"]) && lines[5].starts(with: ["3", "constants"]))

        let record = try dump([model, "--sections", "--json"]).json()
        #expect(record["content"] == "model" && record["version"] == "3.0")
        let sections = try #require(record["sections"]?.arrayValue)
        #expect(
            sections.map { $0["name"] } == [
                "header and table", "graph", "labels", "preparation", "weights", "notes",
            ])
        #expect(sections[0]["kind"] == .null && sections[1]["offset"] == 192 && sections[1]["is_right"] == true)
        #expect(sections[1]["checksum"]?.stringValue?.count == 16)

        var damaged = try readFile(plan)
        damaged[damaged.count - 1] ^= 1
        damaged[130] ^= 1
        let file = try folder.write("damaged.plan", damaged)
        let wrong = try dump([file, "--sections"])
        #expect(wrong.status == 1)
        #expect(wrong.output.split(separator: "\n").filter { $0.hasSuffix("wrong") }.count == 2)
        #expect(
            wrong.error == "dump-graph: error: \(file) is damaged: wrong checksums of description, constants; "
                + "copy or make it again\n")
        let old = try dump([Fixture.path("apus/1.0/sample-f32.apus"), "--sections"])
        #expect(old.status == 0 && old.output.hasPrefix("model, version 1.0, "), "\(old.error)")
        #expect(old.output.contains("that of the file"))
        let checkpoint = try dump([Fixture.path("checkpoint/3.0/sample.checkpoint"), "--sections"])
        #expect(checkpoint.output.hasPrefix("checkpoint, version 3.0, "), "\(checkpoint.error)")
        expectFailure(
            try dump([Fixture.path("checkpoint/2.0/sample.checkpoint"), "--sections"]),
            "is a checkpoint of version 2, which has no sections")
        let spec = try folder.write("small.graph", SmallModels.spec)
        expectFailure(
            try dump([spec, "--sections"]),
            "\(spec) has no sections; give a plan (.plan), a model file (.apus) or a checkpoint")
        expectFailure(try dump([plan, "--sections", "--format", "dot"]), status: 64, "--sections is a table")
    }

    @Test func drawsMemory() throws {
        let spec = try folder.write("small.graph", SmallModels.spec)
        let image = folder.file("x.svg")
        let both = try dump([spec, "--memory", "--svg", image, "--training"])
        #expect(both.status == 0 && both.output.contains("the lower bound, so none is smaller"), "\(both.error)")
        #expect(String(decoding: try readFile(image), as: UTF8.self).hasPrefix("<svg "))
        let alone = try dump([spec, "--svg", image])
        #expect(alone.status == 0 && alone.output == "")
        let unfused = try dump([spec, "--memory", "--after", "explicit-parameters"]).output
        // The rectifier works in place of the convolution's result.
        #expect(unfused.contains("conv1") && !unfused.contains("act1"))
        expectFailure(try dump([spec, "--svg", "/no/such/x.svg"]), "/no/such/x.svg: can't write beside it")
    }

    @Test func wrongUsageEndsWith64() throws {
        let spec = try folder.write("small.graph", SmallModels.spec)
        expectFailure(try dump([]), status: 64, "dump-graph: error: name a spec, a model file, an ONNX file or a plan")
        expectFailure(
            try dump([spec, "--after", "fold-constant"]), status: 64,
            "there is no pass 'fold-constant'; did you mean fold-constants?")
        expectFailure(
            try dump([spec, "--after", "everything"]), status: 64, "choose one of explicit-parameters, resolve-shapes")
        expectFailure(
            try dump([spec, "--after", "fold-constants", "--training"]), status: 64,
            "there is no pass 'fold-constants' with --training")
        expectFailure(try dump([spec, "--format", "pdf"]), status: 64, "pdf")
        expectFailure(try dump([spec, "--memory", "--format", "json"]), status: 64, "leave --format out")
    }

    @Test func wrongFilesEndWith1() throws {
        expectFailure(try dump(["/no/such"]), "/no/such: can't open it: No such file or directory; check the path")
        let wrong = try folder.write("wrong.graph", SmallModels.spec.replacing("units: classes", with: "units: 0"))
        expectFailure(try dump([wrong]), "\(wrong):9:")
        let loss = try folder.write(
            "loss.graph", SmallModels.spec.replacing("output probabilities = softmax(logits)", with: ""))
        #expect(try dump([loss]).status == 1)
        let model = try SmallModels.file(SmallModels.spec)
        let plan = folder.file("small.plan")
        try #require(
            try Tool.run("apus-compile", [try folder.write("small.apus", model), "-o", plan]).status == 0)
        for bytes in [model, try readFile(plan)] {
            for part in 0..<8 {
                let cut = bytes.count * part / 8
                let file = try folder.write("cut", Array(bytes.prefix(cut)))
                #expect(try dump([file]).status == 1, "cut at \(cut)")
            }
        }
    }
}
