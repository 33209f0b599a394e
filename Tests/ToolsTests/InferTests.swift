import ApusData
import ApusFiles
import ApusGraph
import ApusJSON
import ApusPlan
import TestSupport
import Testing

/// Answers of apus-infer.
@Suite struct InferTests {
    private let folder = TestFolder()

    /// Small numbers in every pixel of a few samples, none like another.
    private static func samples(_ count: Int, of size: Int = 784) -> [Float] {
        (0..<count * size).map { Float(($0 * 7919) % 251) / 251 }
    }

    private func image(_ name: String = "x.pgm", seed: Int = 0) throws -> String {
        let pixels = (0..<784).map { UInt8(($0 * 31 + seed * 17) % 256) }
        return try folder.write(name, Array("P5 28 28 255\n".utf8) + pixels)
    }

    private func smallPlan(batch: Int = 4) throws -> String {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let plan = folder.file("small.plan")
        try #require(try Tool.run("apus-compile", [model, "-o", plan, "--batch", "\(batch)"]).status == 0)
        return plan
    }

    @Test func printsTheTopClasses() throws {
        let model = try folder.write("m.apus", try SmallModels.stubborn(answering: 3))
        let first = try image("first.pgm")
        let other = try image("a.pgm", seed: 1)
        let result = try Tool.run("apus-infer", [model, first, other])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        #expect(
            result.output == """
                \(first)  3 50.00%   0 5.56%   1 5.56%
                \(other)      3 50.00%   0 5.56%   1 5.56%

                """)
        #expect(try Tool.run("apus-infer", [model, first, "--top", "1"]).output == "\(first)  3 50.00%\n")
        let all = try Tool.run("apus-infer", [model, first, "--top=99", "--json"]).json()
        #expect(all.arrayValue?.first?["top"]?.arrayValue?.count == 10)
    }

    @Test func printsJSON() throws {
        let plan = try smallPlan()
        let file = try image()
        let result = try Tool.run("apus-infer", ["--json", "--top", "2", plan, file]).json()
        let entry = try #require(result.arrayValue?.first)
        #expect(entry["image"]?.stringValue == file)
        let top = try #require(entry["top"]?.arrayValue)
        #expect(top.count == 2)
        let best = try #require(top.first)
        #expect(best.objectValue?.map(\.name) == ["class", "label", "probability"])
        let number = try #require(best["class"]?.integerValue)
        #expect(best["label"]?.stringValue == "digit \(number)")
        let probability = try #require(best["probability"]?.doubleValue)
        #expect(probability > 0.1 && probability < 1)
    }

    @Test func aPlanAnswersAsItsModelDoes() throws {
        let plan = try smallPlan()
        let files = try (0..<9).map { try image("\($0).pgm", seed: $0) }
        let fromModel = try Tool.run("apus-infer", [folder.file("small.apus")] + files)
        let fromPlan = try Tool.run("apus-infer", [plan] + files)
        #expect(fromModel.status == 0 && fromModel.output == fromPlan.output)
        #expect(try Tool.run("apus-infer", [plan, "--threads", "2", "--batch", "3"] + files).output == fromPlan.output)
    }

    @Test func readsAnyKindOfImage() throws {
        let plan = try smallPlan()
        let gray = Image(channels: 1, height: 28, width: 28, bytes: (0..<784).map { UInt8($0 * 31 % 256) })
        let color = Image(channels: 3, height: 28, width: 28, bytes: gray.bytes + gray.bytes + gray.bytes)
        let large = Image(channels: 1, height: 40, width: 100, bytes: Array(repeating: 9, count: 4000))
        for (name, image) in [("gray", gray), ("color", color), ("large", large)] {
            try image.writePNG(to: folder.file("\(name).png"))
        }
        let tops = try ["gray.png", "color.png"].map { name in
            try Tool.run("apus-infer", [plan, folder.file(name), "--json"]).json().arrayValue?.first?["top"]
        }
        let plain = try Tool.run("apus-infer", [plan, try image(), "--json"]).json().arrayValue?.first?["top"]
        #expect(tops[0] != nil && tops[0] == tops[1] && tops[0] == plain)
        #expect(try Tool.run("apus-infer", [plan, folder.file("large.png")]).status == 0)
    }

    @Test func scoresAreNotCalledProbabilities() throws {
        let spec = SmallModels.spec.replacing("output probabilities = softmax(logits)", with: "output x = relu(logits)")
        let file = try folder.write("scores.graph", spec)
        let result = try Tool.run("apus-infer", [file, "--random-weights", try image(), "--json"]).json()
        #expect(result.arrayValue?.first?["top"]?.arrayValue?.first?.objectValue?.map(\.name) == ["class", "score"])
        let logarithms = try folder.write("log.graph", SmallModels.spec.replacing("softmax", with: "log_softmax"))
        let plain = try folder.write("plain.graph", SmallModels.spec)
        let outputs = try [logarithms, plain].map {
            try Tool.run("apus-infer", [$0, "--random-weights", try image()]).output
        }
        #expect(outputs[0].contains("%") && outputs[0] == outputs[1])
    }

    @Test func answersArrays() throws {
        let plan = try smallPlan()
        let samples = Self.samples(7)
        try NPY(shape: [7, 1, 28, 28], elements: samples).write(to: folder.file("x.npy"))
        let result = try Tool.run(
            "apus-infer",
            [plan, "--input", "image=\(folder.file("x.npy"))", "--output", "probabilities=\(folder.file("y.npy"))"])
        #expect(result.status == 0 && result.output == "" && result.error == "", "\(result.error)")
        let answers = try NPY<Float>.read(folder.file("y.npy"))
        #expect(answers.shape == [7, 10])
        let sums = (0..<7).map { answers.elements[$0 * 10..<$0 * 10 + 10].reduce(0, +) }
        #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })

        let raw = try Tool.run("apus-infer", [plan, "--raw"], input: bytes(samples))
        #expect(raw.status == 0 && raw.outputBytes == bytes(answers.elements))
        let shown = try Tool.run("apus-infer", [plan, "--input=image=\(folder.file("x.npy"))", "--top", "1"])
        #expect(shown.output.split(separator: "\n").count == 7 && shown.output.hasPrefix("sample 0  digit "))
    }

    @Test func streamsSamples() throws {
        let plan = try smallPlan(batch: 2)
        let samples = Self.samples(5)
        let whole = try Tool.run("apus-infer", [plan, "--raw"], input: bytes(samples))
        #expect(whole.status == 0 && whole.outputBytes.count == 5 * 40 && whole.error == "")
        for arguments in [["--threads", "2"], ["--batch", "1"], ["--batch=3", "--threads=2", "--pin"]] {
            let again = try Tool.run("apus-infer", [plan, "--raw"] + arguments, input: bytes(samples))
            #expect(again.outputBytes == whole.outputBytes)
        }
        let partial = try Tool.run("apus-infer", [plan, "--raw"], input: bytes(samples) + [1])
        #expect(partial.status == 1 && partial.outputBytes == whole.outputBytes)
        #expect(
            partial.error
                == "apus-infer: error: standard input ends within sample 5: 1 of its 3136 bytes are there; "
                + "give whole samples of 784 f32\n")
        let nothing = try Tool.run("apus-infer", [plan, "--raw"])
        #expect(nothing.status == 0 && nothing.outputBytes == [] && nothing.error == "")
    }

    @Test func printsInnerValues() throws {
        let spec = try folder.write(
            "tiny.graph",
            """
            model tiny
            input x: f32[N, 3]
            positive = relu(x)
            output twice = add(positive, positive)
            """)
        try NPY<Float>(shape: [2, 3], elements: [-1, 2, 3, 0.5, -4, 6]).write(to: folder.file("x.npy"))
        let ask = ["apus-infer", spec, "--random-weights", "--input", "x=\(folder.file("x.npy"))"]
        let json = try Tool.run(ask[0], ask.dropFirst() + ["--until", "positive", "--json"]).json()
        #expect(json.arrayValue?.count == 2)
        let value = try #require(json.arrayValue?.last?["values"]?.arrayValue?.first)
        #expect(value["name"]?.stringValue == "positive" && value["shape"] == JSONValue([3]))
        #expect(value["elements"]?.arrayValue?.compactMap(\.doubleValue) == [0.5, 0, 6])
        let text = try Tool.run(ask[0], ask.dropFirst() + ["--until", "positive", "--until", "twice"])
        #expect(text.output.contains("positive: f32[3]   minimum 0.0000, maximum 3.0000, mean 1.6667\n"))
        #expect(text.output.contains("    0.0000  4.0000  6.0000\n"), "\(text.output)")
        let raw = try Tool.run(
            "apus-infer", [spec, "--random-weights", "--raw", "--until", "positive"], input: bytes([-1, 7, 2]))
        #expect(raw.outputBytes == bytes([0, 7, 2]))
    }

    @Test func outputsKeepTheirTypes() throws {
        let spec = try folder.write(
            "kinds.graph",
            """
            model kinds
            input x: f32[N, 3]
            constant one: f32[] = [1]
            output best = arg_max(x, axis: 1)
            output isAbove = greater(x, one)
            output half = cast(x, to: f16)
            output wide = cast(x, to: f64)
            output small = cast(relu(x), to: u8)
            """)
        try NPY<Float>(shape: [2, 3], elements: [-1, 2, 3, 0.5, -4, 6]).write(to: folder.file("x.npy"))
        let ask = [spec, "--random-weights", "--input", "x=\(folder.file("x.npy"))"]
        let names = ["best", "isAbove", "half", "wide", "small"]
        let written = try Tool.run("apus-infer", ask + names.flatMap { ["--output", "\($0)=\(folder.file($0)).npy"] })
        #expect(written.status == 0 && written.output == "" && written.error == "")
        let arrays = try names.map { try NPYArray.read("\(folder.file($0)).npy") }
        #expect(arrays.map(\.type) == [.i64, .bool, .f16, .f64, .u8])
        #expect(arrays.map(\.shape) == [[2], [2, 3], [2, 3], [2, 3], [2, 3]])
        #expect(try NPY<Int64>(arrays[0], name: "best").elements == [2, 2])
        #expect(arrays[1].bytes == [0, 1, 1, 0, 0, 1])
        #expect(try NPY<Double>(arrays[2], name: "half").elements == [-1, 2, 3, 0.5, -4, 6])
        #expect(arrays[4].bytes == [0, 2, 3, 0, 0, 6])
        let text = try Tool.run("apus-infer", ask).output
        #expect(text.contains("best: i64[]   minimum 2, maximum 2, mean 2.0000\n"), "\(text)")
        #expect(text.contains("isAbove: bool[3]\n    false   true   true\n"), "\(text)")
        #expect(text.contains("small: u8[3]   minimum 0, maximum 6, mean 2.0000\n    0  0  6\n"), "\(text)")
        let json = try Tool.run("apus-infer", ask + ["--json"]).json()
        let values = try #require(json.arrayValue?.first?["values"]?.arrayValue)
        #expect(values[0]["elements"] == [2] && values[1]["elements"] == [false, true, true])
    }

    /// The class is what the probabilities say, with their labels.
    @Test func probabilitiesBesideTheBestClassAreRanked() throws {
        let spec = try folder.write(
            "classifier.graph",
            """
            model classifier
            input x: f32[N, 3]
            output best = arg_max(x, axis: 1)
            output probabilities = softmax(x)
            """)
        try NPY<Float>(shape: [1, 3], elements: [0, 20, 0]).write(to: folder.file("x.npy"))
        let answer = try Tool.run(
            "apus-infer", [spec, "--random-weights", "--input", "x=\(folder.file("x.npy"))", "--top", "1"])
        #expect(answer.output.hasSuffix("1 100.00%\n"), "\(answer.output)")
    }

    @Test func timesANetwork() throws {
        let plan = try smallPlan()
        let report = try Tool.run("apus-infer", [plan, "--benchmark", "--batch", "4", "--json"]).json()
        let names = ["median_us", "p99_us", "min_us", "images_per_second"]
        let numbers = try names.map { try #require(report[$0]?.doubleValue) }
        #expect(numbers[2] > 0 && numbers[2] <= numbers[0] && numbers[0] <= numbers[1])
        #expect(abs(numbers[3] * numbers[0] / 4e6 - 1) < 0.01)
        #expect(report["batch"] == 4 && report["threads"] == 1)
        // A plan for batches of four takes others too.
        let large = try Tool.run(
            "apus-infer", [plan, "--benchmark", "--batch", "33", "--threads", "2", "--pin", "--json"])
        #expect(try large.json()["batch"] == 33)
    }

    @Test func explainsItself() throws {
        for arguments in [["--help"], ["-h", "x"], ["x.apus", "--help"]] {
            let result = try Tool.run("apus-infer", arguments)
            #expect(result.status == 0 && result.output.hasPrefix("usage: apus-infer ") && result.error == "")
        }
        let version = try Tool.run("apus-infer", ["--version"])
        #expect(version.status == 0 && version.output == "apus-infer \(Release.version)\n")
    }

    private func bytes(_ numbers: [Float]) -> [UInt8] {
        numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) } }
    }
}
