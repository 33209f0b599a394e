import ApusFiles
import TestSupport
import Testing

/// Every reader ends in a result or an error, in time and within its memory, whatever it reads. `make reader-check` reads a hundred
/// thousand changed files with each.
@Suite("reader-check") struct ReaderCheckTests {
    private let folder = TestFolder()

    private func check(_ arguments: [String]) throws -> Tool.Result {
        try Tool.run("reader-check", ["--seed", "1", "--findings", folder.path] + arguments)
    }

    @Test func nothingThatIsReadDoesHarm() throws {
        let result = try check(["--cases", "500"])
        #expect(result.status == 0, "\(result.output)\(result.error)")
        let lines = result.output.split(separator: "\n").dropFirst().map(String.init)
        #expect(lines.allSatisfy { $0.contains(" 0 findings, ") })
        // All that has a folder of files to begin with.
        let names = lines.compactMap { $0.split(separator: ":").first.map(String.init) }
        #expect(names.sorted() == TestFolder.names(in: Fixture.path("../Fuzz/Corpora")).sorted(), "\(names)")
        // Changed files are not all refused, and neither are all of them taken.
        for line in lines {
            let numbers = line.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
            #expect(numbers[0] == numbers[2] + numbers[3] && numbers[2] > 20 && numbers[3] > 100, "\(line)")
        }
    }

    /// A reader that is wrong in every way is found out, and the rest of the cases is read all the same.
    @Test func whatDoesHarmIsFound() throws {
        let result = try check(["--faulty", "--cases", "0"])
        #expect(result.status == 1)
        for (number, what) in [
            (3, "ended the process by signal "), (4, "asked for 6815747"), (5, "made memory grow by 839"),
            (6, "took 15"), (7, "never came to an end"), (10, "is a valid file, and was refused"),
        ] {
            #expect(result.output.contains("faulty: seed 1, case \(number) \(what)"), "\(result.output)")
            #expect(result.output.contains("saved as \(folder.file("faulty-1-\(number)"))"))
            #expect(try readFile(folder.file("faulty-1-\(number)")) == Array("0123456789".utf8.prefix(number)))
        }
        #expect(result.output.contains("\nfaulty: 9 cases, 11 of them truncations, 8 results, 1 errors, 7 findings, "))
    }

    /// What was saved can be read by itself.
    @Test func filesAreReadAlone() throws {
        let file = try folder.write("x.json", "[1, 2]")
        let result = try check(["--reader", "json", "--reader", "image", file])
        #expect(result.status == 0)
        #expect(result.output == "\(file): json takes it\n\(file): image refuses it\n")
    }
}
