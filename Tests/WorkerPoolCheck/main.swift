import ApusRuntime
import Glibc

// Looks at the threads of a pool from a process that does nothing else, and prints what it finds, a line for each:
// `threads before 1`, `threads with a pool 4`, and so on.

/// The line of a thread's status that begins so, without its beginning.
func status(_ name: String, of path: String = "/proc/thread-self/status") -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 1024)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if text.hasPrefix(name + ":") { return String(text.dropFirst(name.count + 1)) }
    }
    return ""
}

/// Threads of this process.
func threadCount() -> Int { Int(status("Threads").filter { $0.isNumber }) ?? -1 }

/// Of each thread but the first, which calls this: whether it sleeps, and how often it went to sleep by itself.
func workers() -> [(isAsleep: Bool, sleeps: String)] {
    guard let folder = opendir("/proc/self/task") else { return [] }
    defer { closedir(folder) }
    var found: [(isAsleep: Bool, sleeps: String)] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let thread = Int32(name), thread != getpid() else { continue }
        let path = "/proc/self/task/\(name)/status"
        found.append((status("State", of: path).contains("S"), status("voluntary_ctxt_switches", of: path)))
    }
    return found
}

/// Whether all workers come to sleep, and then stay asleep for a while. One that waits by spinning or polling does not.
func workersSleep() -> Bool {
    for _ in 0..<100 {
        usleep(50_000)
        let before = workers()
        guard !before.isEmpty, before.allSatisfy(\.isAsleep) else { continue }
        usleep(50_000)
        let after = workers()
        if after.allSatisfy(\.isAsleep), before.map(\.sleeps) == after.map(\.sleeps) { return true }
    }
    return false
}

/// Processors that the calling thread may use: the bits of a mask in hexadecimal.
func processorCount() -> Int {
    status("Cpus_allowed").reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
}

/// Adds up the numbers of the pieces in a word of its own for each worker.
func sum(_ pool: borrowing WorkerPool, items: Int, keepsOwners: Bool) -> Int {
    var sums = [Int](repeating: 0, count: 16 * pool.width)
    sums.withUnsafeMutableBytes { bytes in
        pool.run(items: items, context: bytes.baseAddress, keepsOwners: keepsOwners) { context, item, worker in
            context!.assumingMemoryBound(to: Int.self)[16 * worker] += item
        }
    }
    return sums.reduce(0, +)
}

/// Has threads build on what others made in the run before, each of them late at random: as what a wave of instructions reads of the
/// wave before it. Sixteen numbers: those of the run before, and those of this one, by turns.
func chain(_ pool: borrowing WorkerPool) -> Bool {
    let numbers = UnsafeMutablePointer<Int>.allocate(capacity: 17)
    defer { numbers.deallocate() }
    numbers.initialize(repeating: 1, count: 17)
    var expected = [Int](repeating: 1, count: 8)
    for run in 0..<3_000 {
        numbers[16] = run
        pool.run(items: 8, context: numbers, keepsOwners: true) { context, item, worker in
            let numbers = context!.assumingMemoryBound(to: Int.self)
            let run = numbers[16]
            let draw = (run &* 0x9E37_79B9 &+ item &* 0x85EB_CA6B) >> 7
            if draw % 23 == 0 { usleep(UInt32(draw % 60)) }
            if draw % 5 == 0 { sched_yield() }
            let (before, after) = (numbers + run % 2 * 8, numbers + (run + 1) % 2 * 8)
            after[item] = before[item] &+ 3 &* before[(item + 3) % 8]
        }
        expected = expected.indices.map { expected[$0] &+ 3 &* expected[($0 + 3) % 8] }
        for item in 0..<8 where numbers[(run + 1) % 2 * 8 + item] != expected[item] { return false }
    }
    return true
}

func useAPool(placement: ThreadPlacement) throws {
    let pool = try WorkerPool(threads: 4, placement: placement)
    print("threads with a pool", threadCount())
    print("processors of the caller", processorCount())
    var isRight = true
    // Pauses of many lengths: workers are met asleep, awake, and on the way from one to the other.
    for run in 0..<20_000 {
        let items = run % 37
        isRight = isRight && sum(pool, items: items, keepsOwners: run % 2 == 0) == items * (items - 1) / 2
        if run % 1000 == 0 { usleep(200) }
        if run % 3 == 0 { for _ in 0..<run % 64 { sched_yield() } }
    }
    print("sums", isRight ? "right" : "wrong")
    print("chains", chain(pool) ? "right" : "wrong")
    print("workers sleep", workersSleep())
}

print("threads before", threadCount())
let processors = processorCount()
for placement in [ThreadPlacement.free, .pinned] {
    try useAPool(placement: placement)
    print("threads after", threadCount())
    print("processors given back", processorCount() == processors)
}
for _ in 0..<300 { _ = try WorkerPool(threads: 3) }
print("threads after many pools", threadCount())
