import ApusFiles
import ApusGraph
import ApusONNX
import ArgumentParser
import Glibc
import ONNXSchema
import ONNXTestSupport
import TestSupport

/// Imports files that were changed at random. Each must end in a graph that is right, or in an error, within a second of processor
/// time and 100 MB of memory, where it has up to 1 MB itself; a worker that can't have more memory is one that crashes.
@main
struct ONNXFuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "onnx-fuzz", abstract: "Imports ONNX files that were changed at random, and says which end badly.")

    @Option(help: "For how long.")
    var seconds = 30

    @Option(help: "What the changes depend on (default: the time).")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Change the .onnx files of this folder and those below it, too.", valueName: "folder"))
    var files: String?

    @Option(help: "Import this case alone, in this process; goes with --seed.")
    var number: Int?

    @Option(help: ArgumentHelp("With --number: write the case's file.", valueName: "file"))
    var write: String?

    @Option(help: "Seconds of processor time that a file may take.")
    var limit = 1.0

    @Option(help: "Megabytes of memory that a file may take.")
    var memory = 100

    @Argument(help: "Import these files alone, as they are, in this process.")
    var paths: [String] = []

    @Flag(name: .customLong("answer-lines"), help: .hidden)
    var answersLines = false

    func run() throws {
        for path in paths {
            let bytes = try readFile(path)
            Self.limitMemory(memory)
            print("\(path): \(Self.outcome(of: bytes, limit: limit, opensBatch: false))")
        }
        if !paths.isEmpty { return }
        let base = SmallFiles.all.map(\.bytes) + (try files.map(bytes) ?? [])
        if answersLines { return answerLines(base) }
        let seed = seed ?? UInt64(time(nil))
        if let number {
            var mutation = Mutation(seed: seed, number: number)
            let bytes = mutation.bytes(of: base)
            if let write { try writeFile(bytes, to: write) }
            print(Self.outcome(of: bytes, limit: limit))
            return
        }
        try fuzz(seed, count: base.count)
    }

    /// Runs cases until the time is over.
    private func fuzz(_ seed: UInt64, count: Int) throws {
        print("seed \(seed), \(count) files to change")
        let end = ContinuousClock.now + .seconds(seconds)
        var next = 0
        var (taken, refused, findings) = (0, 0, 0)
        let arguments =
            ["--answer-lines", "--limit", "\(limit)", "--memory", "\(memory)"] + (files.map { ["--files", $0] } ?? [])
        try answer(workers: workerCount, arguments: arguments, limit: 60, linesPerProcess: 1000) {
            guard ContinuousClock.now < end else { return nil }
            defer { next += 1 }
            return "\(seed) \(next)"
        } note: { number, answer in
            switch answer {
            case .line("taken"): taken += 1
            case .line(let line) where line.hasPrefix("refused"): refused += 1
            case .line(let text), .ended(let text):
                findings += 1
                print("--seed \(seed) --number \(number): \(text)")
            }
        }
        print(
            "\(next) files: \(taken) taken, \(refused) refused, \(findings) ended badly")
        if findings > 0 { throw ExitCode.failure }
    }

    private func answerLines(_ base: [[UInt8]]) {
        while let line = readLine() {
            let words = line.split(separator: " ")
            guard words.count == 2, let seed = UInt64(words[0]), let number = Int(words[1]) else { return }
            var mutation = Mutation(seed: seed, number: number)
            let bytes = mutation.bytes(of: base)
            Self.limitMemory(memory)
            let answer = Self.outcome(of: bytes, limit: limit)
            guard writeAll("\(answer)\n", to: STDOUT_FILENO) == 0 else { return }
        }
    }

    /// What came of a file: `taken`, `refused` and why, or what is wrong.
    ///
    /// - Parameter opensBatch: nil for about every second file.
    private static func outcome(of bytes: [UInt8], limit: Double, opensBatch: Bool? = nil) -> String {
        let begin = processorTime()
        var result: String
        do {
            let file = try ONNXFile(bytes, path: "/nowhere/fuzz.onnx")
            let model = try Model(file, options: ImportOptions(opensBatch: opensBatch ?? bytes.count.isMultiple(of: 2)))
            result = "taken"
            do { try Verifier.verify(model.graph) } catch { result = "made a wrong graph: \(error)" }
        } catch { result = "refused: \(String("\(error)".prefix(1000)))" }
        let time = processorTime() - begin
        if time > limit { result = "took \((time * 100).rounded() / 100) s" }
        return result.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Lets the process have so many MB more than it has.
    private static func limitMemory(_ megabytes: Int) {
        guard
            let pages = (try? readFile("/proc/self/statm")).flatMap({ bytes in
                Int(String(decoding: bytes, as: UTF8.self).prefix { $0 != " " })
            })
        else { return }
        let bytes = pages * sysconf(Int32(_SC_PAGESIZE)) + megabytes * 1_000_000
        var limit = rlimit(rlim_cur: UInt(bytes), rlim_max: .max)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }

    private func bytes(in folder: String) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        for name in TestFolder.names(in: folder).sorted() {
            let path = "\(folder)/\(name)"
            if isFolder(path) {
                found += try bytes(in: path)
            } else if name.hasSuffix(".onnx") {
                let file = try readFile(path)
                // Large files would be most of the time.
                if file.count <= 1 << 16 { found.append(file) }
            }
        }
        return found
    }
}
