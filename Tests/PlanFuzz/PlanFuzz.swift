import ApusBenchmarks
import ApusPlan
import ApusRuntime
import ArgumentParser
import CPlatform
import Glibc
import TestSupport

/// Runs what the verifier accepts of instructions and plans that were changed to do harm. None may end the process, or take longer
/// than its steps allow.
@main
struct PlanFuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan-fuzz",
        abstract:
            "Changes instructions and plans, and runs those that are accepted, between pages that can't be touched.",
        discussion: """
            Of four cases one changes a whole plan, two go through all words of all instructions with all of their values, \
            and one changes several words of an instruction at random. Every case depends on the seed, its number and the \
            subjects alone.
            """)

    @Option(help: "For how long; without end where there is a number of cases.")
    var seconds: Int?

    @Option(help: "How many cases.")
    var cases: Int?

    @Option(help: "What the changes depend on (default: the time).")
    var seed: UInt64?

    @Option(help: "Run this case alone, in this process; goes with --seed and the same subjects.")
    var number: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Take these models, and not all; \"none\" for small ones alone.", valueName: "name"))
    var models: [String] = []

    @Option(help: ArgumentHelp("Take this target alone (default: all that the processor runs).", valueName: "name"))
    var target: String?

    @Flag(help: "Take training plans of the models too.")
    var training = false

    func run() throws {
        let targets = Processor.targets.filter { target == nil || $0.rawValue == target }
        let known = BenchmarkModel.all.map(\.name) + ["none"]
        for name in models where !known.contains(name) {
            throw ValidationError("there is no model '\(name)'; known are \(known.joined(separator: ", "))")
        }
        guard !targets.isEmpty else { throw ValidationError("this processor doesn't run \(target ?? "")") }
        let subjects = try Subjects(models: models.isEmpty ? nil : models, targets: targets, training: training)
        let seed = seed ?? UInt64(time(nil))
        let cases = Cases(subjects, seed: seed)
        if let number {
            print(cases.description(of: number))
            print(try cases.run(number, in: GuardedMemory()))
            return
        }
        print(
            "seed \(seed): \(subjects.instructions.count) instructions with \(cases.valueCount) values, "
                + "\(subjects.plans.count) plans")
        try fuzz(cases)
    }

    /// Has children run cases until the time is over, or all are done.
    private func fuzz(_ cases: Cases) throws {
        // What is not written yet would be written by every child.
        fflush(nil)
        let begin = ContinuousClock.now
        let end = seconds.map { begin + .seconds($0) }
        let last = self.cases ?? (seconds == nil ? 100_000 : .max)
        let memory = GuardedMemory()
        let width = min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 16)
        func child(_ shared: SharedNumbers) -> Child {
            Child(shared) {
                _ = apus_flush_denormals()
                while shared.current < last && end.map({ ContinuousClock.now < $0 }) != false {
                    Child.limitTime()
                    do { shared[try cases.run(shared.current, in: memory)] += 1 } catch { _exit(2) }
                    shared.current += width
                }
            }
        }
        var children: [Child] = []
        for index in 0..<width {
            let shared = SharedNumbers()
            shared.current = index
            children.append(child(shared))
        }
        let numbers = children.map(\.shared)
        var findings = 0
        while !children.isEmpty {
            let (index, ending) = Child.wait(for: children)
            let shared = children[index].shared
            children.remove(at: index)
            guard let ending else { continue }
            findings += 1
            let what = cases.description(of: shared.current)
            print("--seed \(cases.seed) --number \(shared.current): \(ending): \(what)")
            fflush(nil)
            shared.current += width
            children.append(child(shared))
        }
        let sums = Outcome.allCases.map { outcome in numbers.reduce(0) { $0 + $1[outcome] } }
        print("\(sums[0]) refused, \(sums[1]) ran, \(sums[2]) too large to run, \(findings) ended badly")
        if findings > 0 { throw ExitCode.failure }
    }
}
