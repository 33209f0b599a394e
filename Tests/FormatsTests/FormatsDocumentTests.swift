import ApusCheckpoint
import ApusFiles
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusSections
import ApusTraining
import TestSupport
import Testing

/// What `docs/FORMATS.md` shows is what is written.
@Suite("docs/FORMATS.md")
struct FormatsDocumentTests {
    private static let text: Result<String, any Error> = Result {
        let root = Fixture.path("").split(separator: "/").dropLast(2).joined(separator: "/")
        return String(decoding: try readFile("/\(root)/docs/FORMATS.md"), as: UTF8.self)
    }

    /// The lines of the block of code that begins with "```bytes NAME".
    private func block(_ name: String) throws -> [Substring] {
        let lines = try Self.text.get().split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "```bytes \(name)" }, "there is no block '\(name)'")
        return Array(lines[(start + 1)...].prefix { $0 != "```" })
    }

    /// Each line has an offset, bytes, and what they are; `00 × 24` stands for that byte so many times.
    @Test(arguments: ["plan", "model", "checkpoint"])
    func theBytesAreThoseOfTheEncoder(name: String) throws {
        let expected = try #require(try TinyFiles.encoded()[name])
        var bytes: [UInt8] = []
        for line in try block(name) {
            let words = line.split(separator: " ")
            #expect(words.first.flatMap { Int($0, radix: 16) } == bytes.count, "\(line)")
            if words.count > 3, words[2] == "×", let byte = UInt8(words[1], radix: 16), let count = Int(words[3]) {
                bytes += Array(repeating: byte, count: count)
            } else {
                // What the bytes are stands two spaces or more behind them.
                let columns = line.dropFirst(6).split(separator: " ", omittingEmptySubsequences: false)
                bytes += columns.prefix { !$0.isEmpty }.compactMap { UInt8($0, radix: 16) }
            }
        }
        if bytes != expected {
            let place = zip(bytes, expected).prefix { $0 == $1 }.count
            let found = expected[min(place, expected.count)...].prefix(16).map { hexadecimal($0) }
            Issue.record(
                "byte \(place) and those behind it are \(found.joined(separator: " ")); \(expected.count) in all")
        }
    }

    private func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    @Test func theTinyFilesAreRead() throws {
        let files = try TinyFiles.encoded()
        #expect(try PlanFile.decode(try #require(files["plan"])) == TinyFiles.plan())
        #expect(try ModelFile.decode(try #require(files["model"])) == TinyFiles.model())
        #expect(try Checkpoint(decoding: try #require(files["checkpoint"]), file: "c") == TinyFiles.checkpoint())
    }

    @Test func theVersionsAreThoseThatAreWritten() throws {
        let text = try Self.text.get()
        for format in [PlanFile.format, ModelFile.format, CheckpointFile.format] {
            #expect(text.contains("version \(format.version)"), "\(format.content): \(format.version)")
            for section in format.sections { #expect(text.contains("`\(section)`"), "\(format.content): \(section)") }
        }
    }

    /// Every number that stands for something is in the document.
    @Test func theNumbersAreComplete() throws {
        let text = try Self.text.get()
        for target in Target.allCases { #expect(text.contains("`\(target.rawValue)`"), "\(target)") }
        for arena in Arena.allCases { #expect(text.contains("\(arena.rawValue) \(arena)"), "\(arena)") }
        for kind in StateSlice.Kind.allCases { #expect(text.contains("\(kind.rawValue) \(kind)"), "\(kind)") }
        for meaning in Port.Meaning.allCases { #expect(text.contains("\(meaning.rawValue) \(meaning)"), "\(meaning)") }
        for type in Port.ElementType.allCases { #expect(text.contains("`\(type.rawValue)`"), "\(type)") }
        for axis in Partition.Axis.allCases { #expect(text.contains("\(axis.rawValue) \(axis)"), "\(axis)") }
        for format in ModelFile.WeightFormat.allCases {
            #expect(text.contains("\(format.rawValue) \(format)"), "\(format)")
        }
    }
}
