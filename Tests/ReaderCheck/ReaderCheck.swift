import ApusFiles
import ArgumentParser
import Glibc
import Readers

extension Reader: ExpressibleByArgument {}

/// Has each reader read truncated and changed files. Each must come to a result or an error, within a second, and take no more memory
/// than `--memory-limit 64M` allows.
@main
struct ReaderCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reader-check",
        abstract: "Has each reader read truncated and changed files, and says what does harm.",
        discussion: """
            Every truncation of each valid file comes first, then files that were changed at random; of every second one the \
            checksums are mended. Each case depends on the seed, its number and the valid files alone. A file that does harm is \
            saved. With files as arguments the readers read these alone, in this process.
            """)

    @Option(help: ArgumentHelp("Check this one alone; may be given several times (default: all).", valueName: "name"))
    var reader: [Reader] = []

    @Option(help: "How many changed files each reader reads.")
    var cases = 100_000

    @Option(help: "What the changes depend on (default: the time).")
    var seed: UInt64?

    @Option(help: "Seconds of processor time that a file may take.")
    var seconds = 1.0

    @Option(help: ArgumentHelp("Where files that do harm are left.", valueName: "folder"))
    var findings = ".build/reader-check"

    @Flag(help: .hidden)
    var faulty = false

    @Argument(help: "Read these files alone.")
    var files: [String] = []

    func run() throws {
        let readers = reader.isEmpty ? Reader.allCases : reader
        MemoryLimit.set(Reader.memoryLimit)
        if !files.isEmpty {
            for file in files {
                let bytes = try readFile(file)
                for reader in readers {
                    print("\(file): \(reader.rawValue) \(reader.read(bytes) ? "takes" : "refuses") it")
                }
            }
            return
        }
        let seed = seed ?? UInt64(time(nil))
        print("seed \(seed), \(cases) changed files for each reader")
        let width = min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 16)
        var found = 0
        for subject in faulty ? [.faulty] : try readers.map(Subject.init) {
            let limits = Limits(seconds: seconds, bytes: Reader.memoryLimit, folder: findings)
            let copies = Copies(cases: Cases(subject, seed: seed), limits: limits, count: width)
            let sums = copies.run(caseCount: cases)
            found += sums[.findings] ?? 0
            print(Self.line(subject, truncations: copies.cases.truncationCount, sums))
        }
        if found > 0 { throw ExitCode.failure }
    }

    private static func line(
        _ subject: Subject, truncations: Int, _ sums: [SharedNumbers.Number: Int]
    ) -> String {
        func sum(_ number: SharedNumbers.Number) -> Int { sums[number] ?? 0 }
        func tenths(_ number: Double) -> Double { (number * 10).rounded() / 10 }
        let count = sum(.results) + sum(.errors)
        return "\(subject.name): \(count) cases, \(truncations) of them truncations, \(sum(.results)) results, "
            + "\(sum(.errors)) errors, \(sum(.findings)) findings, slowest \(tenths(Double(sum(.slowest)) / 1e6)) ms, "
            + "largest allocation \(tenths(Double(sum(.largest)) / 1e6)) MB, growth \(tenths(Double(sum(.growth)) / 1e6)) MB"
    }
}
