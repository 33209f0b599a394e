import ApusCommandLine
import ApusFiles
import ApusToolSupport
import ArgumentParser
import Glibc
import ONNXTestSupport

/// Runs the node tests that `write_cases.py` wrote: each is imported, compiled and run, and its answers are compared.
@main
struct ONNXConformance: Tool {
    static let configuration = CommandConfiguration(
        commandName: "onnx-conformance",
        abstract: "Runs the onnx package's node tests, and says which pass.",
        discussion: """
            A case passes, is unsupported where the importer or the compiler says so, is wrong, or crashes. The status is 1 where \
            one that is expected to pass doesn't, and where any crashes or is wrong that is not among the known differences.
            """,
        version: "onnx-conformance \(apusVersion)")

    @Option(help: ArgumentHelp("What write_cases.py wrote.", valueName: "folder"))
    var cases = ".build/onnx-cases"

    @Option(help: ArgumentHelp("The names of the cases that pass, a line for each.", valueName: "file"))
    var expected = "Tests/ONNXConformance/expected.txt"

    @Option(
        help: ArgumentHelp(
            "The names of the cases that are known to differ, each with a tab and why.", valueName: "file"))
    var differences = "Tests/ONNXConformance/differences.txt"

    @Option(help: ArgumentHelp("Run those with this in their names.", valueName: "text"))
    var filter: String?

    @Flag(help: "Have the reference interpreter answer, in place of plans.")
    var reference = false

    @Flag(help: "Say of each case that doesn't pass why.")
    var verbose = false

    @Flag(help: "Write the file of those that pass anew.")
    var update = false

    @Flag(name: .customLong("answer-lines"), help: .hidden)
    var answersLines = false

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard !update || (filter == nil && !reference) else {
            throw ValidationError("--update writes the list of all plans that pass; leave --filter and --reference out")
        }
    }

    func run() throws {
        if answersLines { return answerLines() }
        let lines = try text(of: "\(cases)/cases.tsv").split(separator: "\n").map(String.init)
        let known = lines.compactMap { ConformanceCase(line: $0) }
        guard known.count == lines.count else {
            throw ToolError("\(cases)/cases.tsv has lines that are no cases; make it anew with write_cases.py")
        }
        let chosen = zip(known, lines).filter { item, _ in filter.map { item.name.contains($0) } ?? true }
        let outcomes = try outcomes(of: chosen.map(\.1))
        let result = ConformanceReport(results: zip(chosen.map(\.0), outcomes).map { (item: $0, outcome: $1) })
        if report.json {
            try printResult(result.json.pretty)
        } else {
            if verbose { try printResult(result.reasons + "\n") }
            try printResult(result.text)
        }
        if update {
            let list = result.passed.sorted().joined(separator: "\n") + "\n"
            do { try writeFile(Array(list.utf8), to: expected) } catch { throw ToolError(error) }
        }
        try judge(result, chosen: Set(chosen.map(\.0.name)))
    }

    /// Has workers run the cases of these lines.
    private func outcomes(of lines: [String]) throws -> [Outcome] {
        var outcomes = [Outcome](repeating: .crashed("was not answered"), count: lines.count)
        var waiting = lines[...]
        let arguments = ["--answer-lines", "--cases", cases] + (reference ? ["--reference"] : [])
        try answer(workers: workerCount, arguments: arguments, limit: 20, next: { waiting.popFirst() }) {
            number, answer in
            switch answer {
            case .line(let line): outcomes[number] = Outcome(line: line) ?? .crashed("answered '\(line)'")
            case .ended(let how): outcomes[number] = .crashed(how)
            }
        }
        return outcomes
    }

    /// Ends in an error where something is lost.
    private func judge(_ result: ConformanceReport, chosen: Set<String>) throws {
        let listed = Set(try text(of: expected).split(separator: "\n").map(String.init))
        let wanted = filter == nil ? listed : listed.intersection(chosen)
        let passed = result.passed
        let gained = passed.subtracting(listed)
        if !gained.isEmpty && !report.json {
            try printResult("\(formatCount(gained.count)) more pass than \(expected) says; --update writes it anew.")
        }
        var problems: [String] = []
        let lost = wanted.subtracting(passed).sorted()
        if !lost.isEmpty { problems.append("\(lost.count) expected to pass do not: \(lost.joined(separator: ", "))") }
        let counts = result.counts
        let explained = Set(
            try text(of: differences).split(separator: "\n").compactMap { $0.split(separator: "\t").first })
        let wrong = result.wrong.filter { !explained.contains($0[...]) }.sorted()
        if !wrong.isEmpty { problems.append("\(wrong.count) are wrong: \(wrong.joined(separator: ", "))") }
        if counts.crashed > 0 { problems.append("\(counts.crashed) crash") }
        if !problems.isEmpty { throw ToolError("of the cases, " + problems.joined(separator: "; ")) }
    }

    /// What a worker does: for each case on standard input, a line about it on standard output.
    private func answerLines() {
        while let line = readLine() {
            guard let item = ConformanceCase(line: line) else { return }
            let run = CaseRun(item: item, folder: "\(cases)/\(item.name)", usesReference: reference)
            guard writeAll("\(run.outcome().line)\n", to: STDOUT_FILENO) == 0 else { return }
        }
    }

    private func text(of path: String) throws -> String {
        do { return String(decoding: try readFile(path), as: UTF8.self) } catch { throw ToolError(error) }
    }
}
