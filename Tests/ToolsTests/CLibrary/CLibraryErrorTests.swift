import ApusFiles
import ApusRuntime
import TestSupport
import Testing

/// What the library says of calls that are wrong: a status, a text, and no end of the program.
@Suite struct CLibraryErrorTests {
    private let folder = TestFolder()

    @Test func wrongCallsAreErrors() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let plan = folder.file("small.plan")
        try #require(try Tool.run("apus-compile", [model, "-o", plan]).status == 0)
        let result = try CProgram("Tests/CPrograms/errors.c").run([plan, folder.path])
        #expect(result.status == 0 && result.error == "", "\(result.status) \(result.error)")
        let target = try Processor.preferredTarget().rawValue
        let expected = String(decoding: try readFile(repositoryFile("Tests/CPrograms/errors.txt")), as: UTF8.self)
            .replacing("PLAN", with: plan).replacing("FOLDER", with: folder.path).replacing("TARGET", with: target)
            .split(separator: "\n")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == expected.count)
        for (line, expected) in zip(lines, expected) { #expect(line == expected) }
    }
}
