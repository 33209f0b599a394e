import Apus
import ApusData
import ApusONNX
import ApusTraining
import Foundation
import Testing

/// The blocks of Swift code in the articles are the files beside this one, word for word, and do what the articles say.
@Suite("The articles' examples")
struct ArticleTests {
    private static let files = [
        "RunningAModel": ["RunningAModel", "RunningAnONNXModel"], "Training": ["Training"],
        "AddingAnOperator": ["AddingAnOperator"], "EmbeddingInAServer": ["EmbeddingInAServer", "StopSignals"],
    ]

    @Test(arguments: files.keys.sorted()) func blocksAreTheFilesThatAreCompiled(article: String) throws {
        let text = try Repository.text("Sources/Apus/Apus.docc/\(article).md")
        let names = try #require(Self.files[article])
        let written = swiftFiles(inMarkdown: text)
        try #require(written.count == names.count)
        for (name, file) in zip(names, written) {
            #expect(try file == Repository.text("Tests/ApusTests/Articles/\(name).swift"))
        }
    }

    @Test func everyArticleIsChecked() throws {
        let catalogue = Repository.root.appending(path: "Sources/Apus/Apus.docc").path
        for file in try FileManager.default.contentsOfDirectory(atPath: catalogue) where file.hasSuffix(".md") {
            let hasCode = try !swiftFiles(inMarkdown: Repository.text("Sources/Apus/Apus.docc/\(file)")).isEmpty
            #expect(hasCode == Self.files.keys.contains(String(file.dropLast(3))), "\(file)")
        }
    }

    /// Digits that the program draws, as mnist-cnn takes them.
    private func digit(_ index: Int) -> [Float] {
        DigitGenerator(seed: 3).draw(index).bytes.map { Float($0) / 255 }
    }

    @Test func aModelIsRun() async throws {
        try await Repository.withFolder { folder in
            let path = folder.appending(path: "x.plan").path
            try compileModel(Repository.model("mnist-cnn.apus"), to: path)
            let plan = try Plan(contentsOf: path)
            #expect(
                describePorts(plan) == ["takes image: f32[N, 1, 28, 28]", "gives probabilities: f32[N, 10]"])
            let images = (0..<10).map(digit)
            let answers = try recognize(plan, images)
            #expect(answers.count == 10)
            let right = answers.indices.filter { answers[$0].label == "\($0)" }
            #expect(right.count >= 9)
            var (number, found): (Int, [Float]) = (0, [])
            try recognizeStream(
                plan,
                next: { image in
                    guard number < images.count else { return false }
                    image = images[number]
                    number += 1
                    return true
                }, use: { found.append($0.max() ?? 0) })
            #expect(found.count == 10)
            for (probability, answer) in zip(found, answers) { #expect(abs(probability - answer.probability) < 1e-5) }
        }
    }

    @Test func anONNXFileIsRun() async throws {
        try await Repository.withFolder { folder in
            let model = try Model(contentsOf: Repository.model("mnist-cnn.apus"))
            let file = folder.appending(path: "x.onnx")
            try Data(ONNXExport(model).bytes).write(to: file)
            var session = try Session(compileONNX(file.path))
            let answers = try session.run(["image": digit(4) + digit(7)])
            let probabilities = try #require(answers["probabilities"])
            #expect(probabilities.shape == [2, 10])
            let best = (0..<2).map { row in
                (0..<10).max { probabilities[row].numbers[$0] < probabilities[row].numbers[$1] }
            }
            #expect(best == [4, 7])
        }
    }

    @Test func aNetworkIsTrainedMeasuredAndGoneOnFrom() async throws {
        try await Repository.withFolder { folder in
            let end = try trainOnDigits(samples: 1500, folder: folder.path)
            #expect(end == .allEpochs || end == .targetReached)
            let best = folder.appending(path: "best.apus").path
            let accuracy = try measureAccuracy(best, samples: 300)
            #expect(accuracy > 0.8)
            // All epochs are done: there is nothing to go on with, and the same is said again.
            #expect(try trainOnDigits(samples: 1500, folder: folder.path, resumes: true) == end)
            let prepared = try prepareForClasses(Model(contentsOf: best), count: 3)
            let output = try #require(prepared.graph.outputs.first)
            #expect(prepared.graph[output].type.description == "f32[N, 3]")
            #expect(
                prepared.graph.parameters.filter(\.isFixed).map { prepared.graph[$0.value].name }
                    == ["conv1.weight", "conv1.bias"])
        }
        let curve = try sampleCurve({ $0 * $0 }, count: 64)
        #expect(
            curve.count == 64 && curve.inputs[0].elements.number(0) == -1 && curve.targets.elements.number(48) == 0.25)
    }
}
