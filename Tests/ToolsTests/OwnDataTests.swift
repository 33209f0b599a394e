import ApusData
import ApusFiles
import ApusGraph
import ApusJSON
import TestSupport
import Testing

/// Training, evaluating and asking on data of one's own.
@Suite struct OwnDataTests {
    private let folder = TestFolder()

    /// Two classes that one number tells apart: below 100, and above.
    private static let spec = """
        model small
        setting classes = 2
        input x: f32[N, 2]
        output p = softmax(dense(x, units: classes))
        """

    private func run(_ tool: String, _ arguments: String...) throws -> Tool.Result { try Tool.run(tool, arguments) }

    private func train(_ arguments: [String], out: String = "run") throws -> Tool.Result {
        let spec = try folder.write("small.graph", Self.spec)
        return try Tool.run(
            "apus-train",
            [
                spec, "--out", folder.file(out), "--epochs", "8", "--batch", "8", "--learning-rate", "0.2",
                "--target-accuracy", "2",
            ] + arguments)
    }

    /// A table of 60 lines: a number that tells the class, one that doesn't, and the class.
    private func table(_ name: String, first: Int = 0) throws -> String {
        var text = "size,noise,kind\n"
        for line in first..<first + 60 {
            text +=
                "\(line % 2 == 0 ? 50 + line % 7 : 150 - line % 5),\(line % 3),\(line % 2 == 0 ? "small" : "large")\n"
        }
        return try folder.write(name, text)
    }

    @Test func aTableIsLearned() throws {
        let data = try table("t.csv")
        let test = try table("test.csv", first: 7)
        let result = try train(
            ["--data", data, "--label", "kind", "--test", test, "--mean", "auto", "--std", "auto"])
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("55 samples, 5 held out for validation, 60 for testing"), "\(result.output)")

        // Classes and preparation are in the model file, and stay there when it is exported.
        let export = folder.file("small.apus")
        #expect(try run("apus-export", folder.file("run"), "-o", export).status == 0)
        let model = try ModelFile.decode(try readFile(export))
        #expect(model.labels == ["large", "small"])
        let fields = Dictionary(uniqueKeysWithValues: model.preparation.map { ($0.name, $0.value) })
        #expect(fields["scale"] == "1.0")
        let means = try #require(fields["mean"]).split(separator: ",").compactMap { Float($0) }
        #expect(means.count == 2 && (90..<110).contains(means[0]) && (0.5..<1.5).contains(means[1]))

        // The evaluation finds classes by their names, whatever the order of the lines.
        let report = try Tool.run(
            "apus-evaluate", [export, "--data", test, "--label", "kind", "--json"]
        ).json()
        #expect(report["samples"] == 60 && report["correct"] == 60)
        #expect(report["per_class"]?.arrayValue?.first?["class"] == "large")

        // Raw numbers and arrays are normalized as those of training.
        let numbers: [Float] = [50, 1, 150, 1]
        let bytes = numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
        }
        let raw = try Tool.run("apus-infer", [export, "--raw"], input: bytes)
        let answers = stride(from: 0, to: raw.outputBytes.count, by: 4).map { place in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(raw.outputBytes[place + $1]) << UInt32(8 * $1) })
        }
        try #require(answers.count == 4)
        #expect(answers[1] > 0.9 && answers[2] > 0.9)
        try NPY(shape: [2, 2], elements: numbers).write(to: folder.file("x.npy"))
        let asked = try run("apus-infer", export, "--input", "x=\(folder.file("x.npy"))", "--json", "--top", "1").json()
        #expect(
            asked.arrayValue?.map { $0["top"]?.arrayValue?.first?["label"]?.stringValue } == ["small", "large"])
    }

    @Test func arraysAreLearned() throws {
        let count = 48
        let x = (0..<count).flatMap { [Double($0 % 2), Double($0 % 3)] }
        try NPY(shape: [count, 2], elements: x).write(to: folder.file("x.npy"))
        try NPY(shape: [count], elements: (0..<count).map { Int64($0 % 2) }).write(to: folder.file("y.npy"))
        let result = try train(["--data", folder.path, "--mean", "0.5"])
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("44 samples, 4 held out for validation\n"), "\(result.output)")
        let pair = "\(folder.file("x.npy")),\(folder.file("y.npy"))"
        let report = try run("apus-evaluate", folder.file("run"), "--data", pair, "--json").json()
        #expect(report["samples"]?.integerValue == count && report["accuracy"]?.doubleValue == 1)
        // Another mean gives other answers.
        let other = try run("apus-evaluate", folder.file("run"), "--data", pair, "--json", "--mean=-5,9").json()
        #expect(other["loss"] != report["loss"])
        expectFailure(
            try run("apus-evaluate", folder.file("run"), "--data", pair, "--part", "test"),
            "has no part for testing; name one with --test, or leave --part out")
        expectFailure(
            try run("apus-evaluate", folder.file("run"), "--data", pair, "--mean", "1,2,3"),
            "mean has 3 numbers, and the input has 2 channels")
    }

    @Test func foldersOfImagesAreLearned() throws {
        for index in 0..<24 {
            let (name, ink) = index % 2 == 0 ? ("dark", 20) : ("light", 230)
            let pixels = (0..<9).map { "\(ink + ($0 + index) % 9)" }.joined(separator: " ")
            _ = try folder.write("pets/\(name)/\(index).pgm", "P2 3 3 255 \(pixels)")
        }
        let spec = try folder.write(
            "images.graph",
            "model images\ninput image: f32[N, 1, 2, 2]\noutput p = softmax(dense(flatten(image), units: 2))")
        let arguments = ["--data", folder.file("pets"), "--resize", "2x2", "--json"]
        let result = try Tool.run(
            "apus-train",
            [
                spec, "--out", folder.file("run"), "--epochs", "20", "--batch", "4", "--learning-rate", "0.1",
                "--target-accuracy", "2", "--shift", "1",
            ]
                + arguments.dropLast())
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("22 images, 2 held out for validation"), "\(result.output)")
        let report = try Tool.run("apus-evaluate", [folder.file("run")] + arguments).json()
        #expect(report["samples"] == 24 && report["accuracy"]?.doubleValue == 1, "\(report)")
        let answer = try run(
            "apus-infer", folder.file("run/best.apus"), folder.file("pets/dark/0.pgm"), "--top", "1", "--json"
        ).json()
        #expect(answer.arrayValue?.first?["top"]?.arrayValue?.first?["label"] == "dark", "\(answer)")
        expectFailure(
            try run("apus-evaluate", folder.file("run"), "--data", folder.file("pets")),
            "'image' takes [1, 2, 2] and the data set has [1, 3, 3]")
    }

    @Test func wrongFilesNameThemselvesAndTheirLine() throws {
        let data = try table("t.csv")
        expectFailure(
            try train(["--data", data]), "\(data): which column is the label? There are size, noise, kind", "(--label)")
        expectFailure(try train(["--data", data, "--label", "sort"]), "\(data): has no column 'sort'", "(--label)")
        let bad = try folder.write("bad.csv", "size,noise,kind\n1,2,small\n1,x,large\n")
        expectFailure(
            try train(["--data", bad, "--label", "kind"]),
            "\(bad): line 3, column 2: 'x' is not a finite number in 'noise'; write a number, or leave the line out")
        expectFailure(
            try train(["--data", data, "--label", "kind", "--test", bad]), "\(bad): line 3, column 2")
        expectFailure(
            try train(["--data", data, "--label", "kind", "--label", "noise"]), "line 2, column 3: 'small' is not a")
        expectFailure(
            try train(["--data", data, "--label", "kind", "--set", "classes=1"]), "(--set, --replace-head)")
        expectFailure(
            try train(["--data", data, "--label", "kind", "--flip"]), "only images can be changed at random")
        expectFailure(
            try train(["--data", data, "--label", "kind", "--mean", "one"]), status: 64,
            "give a number, one for each channel with commas between them, or auto")
        expectFailure(
            try train(["--data", data, "--label", "kind", "--resize", "9"]), status: 64, "such as 28x28")
        expectFailure(try train(["--data", data, "--label", "size"]), "is not a finite number in 'kind'")
        #expect(!fileExists(folder.file("run/best.apus")))
    }
}
