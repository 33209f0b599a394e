import ApusFiles
import ApusGraph
import ApusPlan
import ApusRuntime
import TestSupport
import Testing

/// What programs in C get from the library: the answers of the tools, bit by bit.
@Suite struct CLibraryTests {
    private let folder = TestFolder()

    private static func samples(_ count: Int, of size: Int = 784) -> [UInt8] {
        (0..<count * size).flatMap { index in
            withUnsafeBytes(of: Float((index * 7919) % 251) / 251) { Array($0) }
        }
    }

    private func model(_ spec: String = SmallModels.spec) throws -> String {
        try folder.write("small.apus", try SmallModels.file(spec))
    }

    /// A plan of the model for a batch of 4.
    private func plan(of model: String, _ options: String...) throws -> String {
        let plan = folder.file("small.plan")
        let result = try Tool.run("apus-compile", [model, "-o", plan, "--batch", "4"] + options)
        try #require(result.status == 0, "\(result.error)")
        return plan
    }

    private func expected(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
        let result = try Tool.run("apus-infer", ["--raw"] + arguments, input: input)
        try #require(result.status == 0, "\(result.error)")
        return result.outputBytes
    }

    @Test func answersAreThoseOfTheTools() throws {
        let program = try CProgram("Tests/CPrograms/answer.c")
        let model = try model()
        let plan = try plan(of: model)
        let written = folder.file("written.plan")
        let input = Self.samples(7)
        let answers = try expected([plan], input)
        let calls: [[String]] = [
            [plan], [plan, "--threads", "2"], [plan, "--pin"], [plan, "--memory"], [plan, "--bound"],
            [plan, "--encoded"],
            [plan, "--bound", "--threads", "3"], [model, "--compile-batch", "4"],
            [model, "--compile-batch", "4", "--memory", "--write", written], [written],
        ]
        for call in calls {
            let result = try program.run([call[0], "7"] + call.dropFirst(), input: input)
            #expect(result.status == 0 && result.error == "", "\(call): \(result.error)")
            #expect(result.outputBytes == answers, "\(call)")
        }
        for target in Processor.targets.map(\.rawValue) {
            let result = try program.run(
                [model, "7", "--compile-batch", "4", "--target", target], input: input)
            #expect(result.outputBytes == (try expected([model, "--target", target, "--batch", "4"], input)))
        }
        let direct = try program.run([model, "7", "--compile-batch", "4", "--direct"], input: input)
        #expect(direct.outputBytes == (try expected([model, "--direct", "--batch", "4"], input)))
    }

    @Test func innerValuesCanBeAnswered() throws {
        let program = try CProgram("Tests/CPrograms/answer.c")
        let model = try model()
        let input = Self.samples(2)
        for value in ["logits", "pool1"] {
            let result = try program.run([model, "2", "--compile-batch", "2", "--until", value], input: input)
            #expect(result.status == 0, "\(result.error)")
            #expect(result.outputBytes == (try expected([model, "--batch", "2", "--until", value], input)))
        }
        let both = try program.run([model, "1", "--until", "flat", "--until", "logits"], input: Self.samples(1))
        #expect(both.outputBytes.count == (196 + 10) * 4)
        let unknown = try program.run([model, "1", "--until", "logit"])
        #expect(unknown.status == 1 && unknown.error.hasPrefix("6 \(model): "), "\(unknown.error)")
        #expect(unknown.error.contains("the model has no value 'logit'; choose one of image, "), "\(unknown.error)")
    }

    /// ONNX files, with and without an open batch, and their values and dimensions by name.
    @Test func onnxFilesAreCompiled() throws {
        let program = try CProgram("Tests/CPrograms/answer.c")
        let file = folder.file("small.onnx")
        try #require(try Tool.run("apus-export", [try model(), "-o", file]).status == 0)
        let input = Self.samples(3)
        let answers = try expected([file, "--batch", "3"], input)
        for options in [[], ["--memory"]] {
            let result = try program.run([file, "3", "--compile-batch", "3"] + options, input: input)
            #expect(result.status == 0 && result.outputBytes == answers, "\(result.error)")
        }
        let fixed = try program.run([file, "1", "--set", "N=3"], input: input)
        #expect(fixed.status == 0 && fixed.outputBytes.count == 3 * 40, "\(fixed.error)")
        let unknown = try program.run([file, "1", "--set", "M=3"])
        #expect(unknown.status == 1 && unknown.error.hasPrefix("6 \(file): has no dimension"), "\(unknown.error)")
        let value = try program.run([file, "1", "--until", "lodgits"])
        #expect(value.status == 1 && value.error.hasPrefix("6 \(file): has no value"), "\(value.error)")
        let closed = try program.run([file, "1", "--open-batch"])
        #expect(closed.status == 1 && closed.error.hasPrefix("1 \(file): has no input whose first"), "\(closed.error)")
    }

    /// A spec has its weights from a file, or they are made up.
    @Test func aSpecNeedsWeights() throws {
        let program = try CProgram("Tests/CPrograms/answer.c")
        let spec = try folder.write("small.graph", SmallModels.spec)
        let model = try model()
        let input = Self.samples(1)
        let answers = try program.run([model, "1"], input: input).outputBytes
        try #require(answers.count == 40)
        let tensors = folder.file("small.safetensors")
        try #require(try Tool.run("apus-export", [model, "-o", tensors]).status == 0)
        for weights in [model, tensors] {
            let result = try program.run([spec, "1", "--weights", weights], input: input)
            #expect(result.status == 0 && result.outputBytes == answers, "\(result.error)")
        }
        let random = try program.run([spec, "1", "--random-weights"], input: input)
        #expect(random.outputBytes == (try expected([spec, "--random-weights", "--batch", "1"], input)))
        let none = try program.run([spec, "1"], input: input)
        #expect(
            none.status == 1 && none.error.hasPrefix("4 \(spec) has no weights for 'conv1.weight', "), "\(none.error)")
        let other = try program.run([spec, "1", "--weights", tensors, "--set", "classes=4"], input: input)
        #expect(other.status == 1 && other.error.contains("is [10, 196] there, and [4, 196] in "), "\(other.error)")
        let larger = try program.run([spec, "1", "--set", "image_size=32", "--random-weights"], input: input)
        // Its samples are larger than those that are there.
        #expect(larger.status == 3)
    }

    @Test func activationsCanBeLimited() throws {
        let program = try CProgram("Tests/CPrograms/answer.c")
        let model = try model()
        let input = Self.samples(1)
        let roomy = try program.run([model, "1", "--limit", "10000000"], input: input)
        #expect(roomy.status == 0)
        #expect(roomy.outputBytes == (try expected([model, "--batch", "1"], input)))
        let none = try program.run([model, "1", "--limit", "64"], input: input)
        #expect(none.status == 1 && none.error.hasPrefix("4 \(model): the activations take at least "), "\(none.error)")
    }

    @Test func portsAreDescribed() throws {
        let program = try CProgram("Tests/CPrograms/ports.c")
        let result = try program.run([try plan(of: try model())])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "plan small")
        #expect(lines.contains("target \(try Processor.preferredTarget().rawValue)"))
        #expect(lines.contains("batch limit \(Int32.max)"))
        #expect(lines.contains("constants 1 activations 1"))
        #expect(
            lines.contains(
                "input image f32[N, 1, 28, 28] f32 rank 3 shape 1 28 28 shared 0 meaning 0 elements 784 bytes 3136"))
        #expect(
            lines.contains(
                "output probabilities f32[N, 10] f32 rank 1 shape 10 shared 0 meaning 1 elements 10 bytes 40"))
        #expect(lines.filter { $0.hasPrefix("label ") } == (0..<10).map { "label digit \($0)" })
        #expect(lines.contains("preparation invert auto"))
        #expect(lines.contains("version \(Release.version) 1"))
        #expect(!result.output.contains("found"))
        let types = Port.ElementType.allCases
        for type in types {
            #expect(lines.contains { $0.hasPrefix("type ") && $0.hasSuffix(" \(type.rawValue) \(type.size)") })
        }
        #expect(lines.filter { $0.hasPrefix("type ") && !$0.hasSuffix(" none 0") }.count == types.count)
    }

    /// What samples have in common, and other types.
    @Test func severalPortsAreAnswered() throws {
        let spec = try folder.write(
            "several.graph",
            """
            model several
            input table: f16[4]
            input pairs: u8[2*N, 4]
            output sums = add(cast(pairs, to: f16), table)
            output words = cast(pairs, to: i64)
            """)
        let plan = try plan(of: spec)
        let ports = try CProgram("Tests/CPrograms/ports.c").run([plan]).output
        for line in [
            "input table f16[4] f16 rank 1 shape 4 shared 1 meaning 0 elements 4 bytes 8",
            "input pairs u8[N, 2, 4] u8 rank 2 shape 2 4 shared 0 meaning 0 elements 8 bytes 8",
            "output sums f16[N, 2, 4] f16 rank 2 shape 2 4 shared 0 meaning 0 elements 8 bytes 16",
            "output words i64[N, 2, 4] i64 rank 2 shape 2 4 shared 0 meaning 0 elements 8 bytes 64",
        ] { #expect(ports.contains("\(line)\n"), "\(ports)") }
        let table: [Float16] = [0.5, -2, 1024, 0]
        let input = table.withUnsafeBytes { Array($0) } + (0..<24).map { UInt8($0) }
        let sums = (0..<24).map { Float16($0) + table[$0 % 4] }
        let words = (0..<24).map { Int64($0) }
        let expected = sums.withUnsafeBytes { Array($0) } + words.withUnsafeBytes { Array($0) }
        let program = try CProgram("Tests/CPrograms/answer.c")
        for options in [[], ["--bound"], ["--threads", "2"]] {
            let result = try program.run([plan, "3"] + options, input: input)
            #expect(result.status == 0 && result.outputBytes == expected, "\(options): \(result.error)")
        }
    }

    @Test func theExampleAnswers() throws {
        let program = try CProgram("docs/examples/c/ask.c")
        let model = try folder.write("stubborn.apus", try SmallModels.stubborn(answering: 3))
        let result = try program.run([model], input: Self.samples(2))
        #expect(result.status == 0, "\(result.error)")
        let lines = result.output.split(separator: "\n").map {
            $0.split(separator: " ").compactMap { Float(String($0)) }
        }
        #expect(lines.count == 2)
        for values in lines {
            #expect(values.count == 10)
            #expect(values.firstIndex(of: values.max() ?? 0) == 3)
        }
        #expect(result.error == "stubborn takes image: f32[N, 1, 28, 28] and answers probabilities: f32[N, 10]\n")
        let missing = try program.run(["/nowhere.plan"])
        #expect(missing.status == 1)
        #expect(missing.error == "ask: /nowhere.plan: can't open it: No such file or directory; check the path\n")
        let labelled = try program.run([try self.model()], input: Self.samples(1))
        #expect(labelled.output.hasPrefix("digit "))
    }
}
