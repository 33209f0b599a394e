import Apus
import Foundation
import Testing

/// The blocks of Swift code in the README are the files beside this one, word for word, and do what the README says.
@Suite("The README's examples")
struct ReadmeTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let root = folder.deletingLastPathComponent().deletingLastPathComponent()

    @Test(arguments: [(0, "Example.swift"), (1, "FullerExample.swift")])
    func blockIsTheFileThatIsCompiled(number: Int, file: String) throws {
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst().map {
            $0.components(separatedBy: "```\n")[0]
        }
        try #require(blocks.count == 2)
        #expect(try blocks[number] == String(contentsOf: Self.folder.appending(path: file), encoding: .utf8))
    }

    @Test func theFirstClassifies() throws {
        let model = Self.root.appending(path: "Models/mnist-cnn.apus").path
        let probabilities = try classify(model, [Float](repeating: 0, count: 2 * 784))
        #expect(probabilities.count == 20)
        #expect(probabilities[..<10] == probabilities[10...])
        #expect(abs(probabilities[..<10].reduce(0, +) - 1) < 1e-5)
    }

    @Test func theSecondAnswersByNameWithoutCopiesAndFromTasks() async throws {
        let plan = try makePlan()
        let (left, right): ([Float], [Float]) = ([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60])
        #expect(try sums(plan, left, right) == [11, 22, 33, 44, 55, 66])
        #expect(try products(plan, left, right) == [10, 40, 90, 160, 250, 360])
        let answers = try await both(plan, left, right)
        #expect(answers[0] == answers[1])
        #expect(answers[0]["product"] == ShapedArray([10, 40, 90, 160, 250, 360] as [Float], shape: [2, 3]))
    }
}
