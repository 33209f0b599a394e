import ApusFiles
import ApusJSON
import Glibc
import TestSupport
import Testing

@Suite struct EvaluateTests {
    private let folder = TestFolder()

    private func evaluate(_ model: String, _ arguments: String...) throws -> Tool.Result {
        try Tool.run(
            "apus-evaluate", [model, "--data", "digits", "--digits-count", "120", "--threads", "2"] + arguments)
    }

    @Test func countsWhatAStubbornModelAnswers() throws {
        let model = try folder.write("stubborn.apus", try SmallModels.stubborn(answering: 3))
        let result = try evaluate(model, "--json", "--part", "training")
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        let report = try result.json()
        #expect(report["samples"] == 120)
        #expect(report["correct"] == 12)
        #expect(report["accuracy"]?.doubleValue == 0.1)
        // One image in ten has probability 1/2, the others 1/18.
        let loss = 0.1 * log(2) + 0.9 * log(18)
        #expect(abs(try #require(report["loss"]?.doubleValue) - loss) < 1e-5)
        let matrix = try #require(report["confusion"]?.arrayValue)
        #expect(matrix.count == 10)
        for row in matrix { #expect(row == JSONValue((0..<10).map { $0 == 3 ? 12 : 0 })) }
        let classes = try #require(report["per_class"]?.arrayValue)
        #expect(classes[3] == ["class": "3", "samples": 12, "precision": .number(0.1), "recall": .number(1)])
        #expect(classes[4] == ["class": "4", "samples": 12, "precision": .null, "recall": .number(0)])
    }

    @Test func takesARangeOfImages() throws {
        let model = try folder.write("stubborn.apus", try SmallModels.stubborn(answering: 3))
        // The digits come in turn from 0 on: image 4 shows a 3.
        let one = try evaluate(model, "--json", "--part", "training", "--first", "4", "--count", "1").json()
        #expect(one["samples"] == 1 && one["correct"] == 1)
        let others = try evaluate(model, "--json", "--part", "training", "--first", "5", "--count", "9").json()
        #expect(others["samples"] == 9 && others["correct"] == 0)
        // A sixth of 120 is for testing.
        #expect(try evaluate(model, "--json").json()["samples"] == 20)
        #expect(try evaluate(model, "--json", "--limit", "7").json()["samples"] == 7)
        expectFailure(
            try evaluate(model, "--first", "15", "--count", "7"),
            "the test half of digits has 20 samples, and those from 15 to 21 were asked for; give another --first or --count"
        )
        expectFailure(try evaluate(model, "--first", "21"), "has 20 samples")
    }

    @Test func printsTablesForPeople() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let result = try evaluate(model)
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        for part in ["on digits, test images 1 to 20", "accuracy", " of 20)", "precision", "digit 9", "true \\ answer"]
        {
            #expect(result.output.contains(part), "\(part)")
        }
    }

    @Test func threadsDoNotChangeTheAnswer() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let one = try evaluate(model, "--json", "--threads", "1")
        let three = try evaluate(model, "--json", "--threads", "3")
        #expect(one.status == 0 && one.output == three.output)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let small = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let larger = SmallModels.spec.replacing("image_size = 28", with: "image_size = 32")
        expectFailure(
            try evaluate(try folder.write("larger.apus", try SmallModels.file(larger))),
            "'image' takes [1, 32, 32] and the data set has [1, 28, 28]")
        let fewer = SmallModels.spec.replacing("classes = 10", with: "classes = 9")
        expectFailure(
            try evaluate(try folder.write("fewer.apus", try SmallModels.file(fewer, labels: []))),
            "the data set has 10 classes and the model answers 9")
        expectFailure(
            try evaluate(try folder.write("labels.apus", try SmallModels.file(SmallModels.spec, labels: ["a", "b"]))),
            "digits: there are 10 classes, and 2 are known; give the data that belongs to these classes")
        expectFailure(
            try evaluate(try folder.write("small.graph", SmallModels.spec)),
            "is a spec, and a model file is needed; give what apus-train or apus-export wrote")
        expectFailure(try evaluate(small, "--part", "both"), status: 64, "'training' and 'test'")
        expectFailure(try evaluate(small, "--threads", "0"), status: 64, "0 is too small")
        expectFailure(try Tool.run("apus-evaluate", [small]), status: 64, "Missing expected argument '--data")
    }

    @Test func refusesWrongDataSets() throws {
        let model = try folder.write("stubborn.apus", try SmallModels.stubborn(answering: 0))
        func evaluate() throws -> Tool.Result { try Tool.run("apus-evaluate", [model, "--data", folder.path]) }
        expectFailure(
            try Tool.run("apus-evaluate", [model, "--data", "/no/such/folder"]),
            "/no/such/folder: no such folder or file",
            "Tools/fetch-data")
        expectFailure(try evaluate(), "holds no data set: neither train-images-idx3-ubyte")
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]
        let pixels = [UInt8](repeating: 0, count: 2 * 784)
        let images = "t10k-images-idx3-ubyte"
        _ = try folder.write(images, header + pixels)
        _ = try folder.write("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 0, 5])
        #expect(try evaluate().output.contains("(1 of 2)"))
        _ = try folder.write(images, header + pixels.dropLast(100))
        expectFailure(try evaluate(), folder.file(images))
        _ = try folder.write(images, header + pixels)
        _ = try folder.write("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 0])
        expectFailure(try evaluate(), "holds 2 images", "1 labels")
    }
}
