import Apus
import Testing

/// The blocks of Swift code in the README are files that are compiled, word for word, and do what the README says.
@Suite("The README's examples")
struct ReadmeTests {
    private static let files = [
        "Tests/LibraryUse/Package.swift", "Tests/ApusTests/Example.swift", "Tests/ApusTests/FullerExample.swift",
    ]

    @Test(arguments: files.indices) func blockIsTheFileThatIsCompiled(number: Int) throws {
        let blocks = try swiftFiles(inMarkdown: Repository.text("README.md"))
        try #require(blocks.count == Self.files.count)
        #expect(try blocks[number] == Repository.text(Self.files[number]))
    }

    @Test func theFirstClassifies() throws {
        let probabilities = try classify(Repository.model("mnist-cnn.apus"), [Float](repeating: 0, count: 2 * 784))
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
