import ApusGraph
import Foundation
import Testing

/// A spec of `WrongSpecs.md` and its complete message.
struct WrongSpec: Sendable, CustomTestStringConvertible {
    var title: String
    var source: String
    var message: String

    var testDescription: String { title }

    static let path = "Tests/ApusGraphTests/Text/WrongSpecs.md"

    /// The settings in the title: `... (--set classes=3)`.
    var settings: [String: Int] {
        guard let start = title.range(of: "(--set ") else { return [:] }
        let words = title[start.upperBound...].dropLast().split(separator: "=")
        return [String(words[0]): Int(words[1]) ?? 0]
    }

    /// What the parser says now.
    var actual: String {
        do {
            return "no error:\n" + (try Graph.parse(source, file: "spec.graph", settings: settings).text)
        } catch {
            return error.description
        }
    }

    var markdown: String { "## \(title)\n\n```graph\n\(source)\n```\n\n```text\n\(message)\n```\n" }

    static func read() throws -> (introduction: String, cases: [WrongSpec]) {
        let parts = try Repository.read(path).split(separator: "\n## ", omittingEmptySubsequences: false)
        let cases = try parts.dropFirst().map { part in
            let title = part.prefix { $0 != "\n" }
            let blocks = part.split(separator: "```", omittingEmptySubsequences: false)
            try #require(blocks.count == 5, "the case '\(title)' has two blocks")
            return WrongSpec(
                title: String(title), source: String(blocks[1].dropFirst("graph\n".count).dropLast()),
                message: String(blocks[3].dropFirst("text\n".count).dropLast()))
        }
        return (String(parts[0]), cases)
    }
}

@Suite struct WrongSpecTests {
    @Test func everyWrongSpecGivesItsMessage() throws {
        let (introduction, cases) = try WrongSpec.read()
        #expect(cases.count >= 40)
        if Repository.writesDocumentation {
            let rewritten = cases.map { WrongSpec(title: $0.title, source: $0.source, message: $0.actual).markdown }
            try Repository.write(([introduction] + rewritten).joined(separator: "\n"), to: WrongSpec.path)
            return
        }
        for wrong in cases {
            #expect(wrong.actual == wrong.message, "\(wrong.title)")
        }
    }

    @Test func manyErrorsAreCutShort() {
        let source = "model m\n" + String(repeating: "x = nothing(y)\n", count: 1_000)
        #expect { try Graph.parse(source) } throws: { error in
            (error as? Diagnostics)?.list.count == 20
        }
    }

    @Test func aLongLineIsShownInPart() {
        let source = "model m\ninput x: f32[N, 4]\noutput y = add(x" + String(repeating: ", x", count: 10_000) + "zz)\n"
        #expect { try Graph.parse(source) } throws: { error in
            let lines = "\(error)".split(separator: "\n")
            return lines[0] == "3:30016: error: there is no value 'xzz'"
                && lines[1] == "3 | …" + String(repeating: "x, ", count: 13) + "xzz)" && lines[2].hasSuffix("  ^~~")
        }
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect { try Graph.parse("model m\n\u{1B}[2J", file: "a\u{7}b") } throws: { error in
            "\(error)".unicodeScalars.allSatisfy { $0.value >= 32 || $0 == "\n" }
        }
    }
}
