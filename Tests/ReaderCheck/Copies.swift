import Glibc

/// Has copies of this process go through the cases of a reader. One that a case ends is followed by another, which begins behind it.
struct Copies {
    let cases: Cases
    let limits: Limits
    /// How many at a time.
    let count: Int

    /// After so many findings a reader is left.
    private static let findingLimit = 20

    /// - Returns: the sums and maxima of all.
    func run(caseCount: Int) -> [SharedNumbers.Number: Int] {
        let end = cases.truncationCount + caseCount
        // What is not written yet would be written by every copy.
        fflush(nil)
        var running: [pid_t: CaseRunner] = [:]
        var runners: [CaseRunner] = []
        for index in 0..<count {
            let runner = CaseRunner(cases: cases, limits: limits, shared: SharedNumbers())
            runner.shared[.current] = index
            runners.append(runner)
            running[copy(runner, end)] = runner
        }
        while !running.isEmpty {
            var status: Int32 = 0
            let process = waitpid(-1, &status, 0)
            if process < 0 && errno == EINTR { continue }
            guard let runner = running.removeValue(forKey: process) else { continue }
            if status == 0 { continue }
            runner.report(runner.shared[.current], Self.ending(status))
            runner.shared[.current] += count
            guard runners.reduce(0, { $0 + $1.shared[.findings] }) < Self.findingLimit else { continue }
            running[copy(runner, end)] = runner
        }
        var sums: [SharedNumbers.Number: Int] = [:]
        for number in SharedNumbers.Number.allCases {
            let values = runners.map { $0.shared[number] }
            switch number {
            case .current, .slowest, .largest, .growth: sums[number] = values.max()
            case .results, .errors, .findings: sums[number] = values.reduce(0, +)
            }
        }
        return sums
    }

    private func copy(_ runner: CaseRunner, _ end: Int) -> pid_t {
        // Swift keeps away from fork, because threads of the process are not copied; there are none here.
        let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> pid_t).self)
        let process = fork()
        precondition(process >= 0, "no process for the cases")
        guard process == 0 else { return process }
        // A signal ends it as it should, without a word.
        for signal in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT] { Glibc.signal(signal, SIG_DFL) }
        runner.run(upTo: end, step: count)
        _exit(0)
    }

    private static func ending(_ status: Int32) -> String {
        let signal = status & 0x7F
        return switch signal {
        case 0: "ended the process with status \((status >> 8) & 0xFF)"
        case SIGPROF, SIGALRM: "never came to an end"
        default: "ended the process by signal \(signal), \(String(cString: strsignal(signal)))"
        }
    }
}
