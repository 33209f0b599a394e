import ApusFiles
import CAllocationSizes
import Glibc

/// What may come of a case beside a result or an error.
struct Limits {
    /// Seconds of processor time.
    var seconds: Double
    /// Bytes of one allocation, and by which memory may grow.
    var bytes: Int
    /// Where a file that does harm is left.
    var folder: String
}

/// Numbers that a process and its copies all see.
struct SharedNumbers {
    enum Number: Int, CaseIterable {
        /// The case that the copy is at.
        case current
        case results, errors, findings
        /// Nanoseconds of processor time that a case took at most.
        case slowest
        /// Bytes of the largest allocation, or by which memory grew in a case.
        case largest, growth
    }

    private let words: UnsafeMutablePointer<Int>

    init() {
        let room = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)!
        precondition(room != MAP_FAILED, "no memory to share")
        words = room.assumingMemoryBound(to: Int.self)
    }

    subscript(number: Number) -> Int {
        get { words[number.rawValue] }
        nonmutating set { words[number.rawValue] = newValue }
    }
}

/// Reads cases one after the other, and measures each.
struct CaseRunner {
    let cases: Cases
    let limits: Limits
    let shared: SharedNumbers

    /// Reads every `step`-th case from the current one on.
    func run(upTo end: Int, step: Int) {
        while shared[.current] < end {
            run(shared[.current])
            shared[.current] += step
        }
    }

    private func run(_ number: Int) {
        let bytes = cases.bytes(of: number)
        limitTime()
        apus_allocation_sizes_begin()
        let begin = Self.processorTime()
        let isResult = cases.subject.read(bytes)
        let time = Self.processorTime() - begin
        let (largest, growth) = (Int(apus_largest_allocation()), Int(apus_allocation_growth()))
        shared[isResult ? .results : .errors] += 1
        shared[.slowest] = max(shared[.slowest], time)
        shared[.largest] = max(shared[.largest], largest)
        shared[.growth] = max(shared[.growth], growth)
        if Double(time) > limits.seconds * 1e9 { report(number, "took \(time / 1_000_000) ms of processor time") }
        if largest > limits.bytes { report(number, "asked for \(largest) bytes at once") }
        if growth > limits.bytes { report(number, "made memory grow by \(growth) bytes") }
        if !isResult, cases.isWhole(number) { report(number, "is a valid file, and was refused") }
    }

    /// Says what a case did, and leaves its bytes.
    func report(_ number: Int, _ what: String) {
        shared[.findings] += 1
        let path = "\(limits.folder)/\(cases.subject.name)-\(cases.seed)-\(number)"
        var place = ", saved as \(path)"
        do throws(FileError) {
            try makeFolder(limits.folder)
            try writeFile(cases.bytes(of: number), to: path)
        } catch { place = ", not saved: \(error)" }
        _ = writeAll(
            "\(cases.subject.name): seed \(cases.seed), case \(number) \(what)\(place)\n", to: STDOUT_FILENO)
    }

    /// Has a signal end the process if the case that begins now takes far too long, on the processor or by the clock.
    private func limitTime() {
        var time = itimerval()
        time.it_value.tv_sec = 2 + Int(limits.seconds)
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &time, nil)
        alarm(120)
    }

    private static func processorTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
