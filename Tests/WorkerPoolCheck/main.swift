import ApusRuntime
import Glibc

// Looks at the threads of a pool from a process that does nothing else, and prints what it finds, a line for each:
// `threads before 1`, `threads with a pool 4`, and so on. Times are in microseconds.

/// The line of this thread's status that begins so, without its beginning.
func status(_ name: String) -> String {
    guard let file = fopen("/proc/thread-self/status", "r") else { return "" }
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

/// Processor time of all threads.
func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}

/// Processors that the calling thread may use: the bits of a mask in hexadecimal.
func processorCount() -> Int {
    status("Cpus_allowed").reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
}

/// Adds up the numbers of the pieces in a word of its own for each worker.
func sum(_ pool: borrowing WorkerPool, items: Int) -> Int {
    var sums = [Int](repeating: 0, count: 16 * pool.width)
    sums.withUnsafeMutableBytes { bytes in
        pool.run(items: items, context: bytes.baseAddress) { context, item, worker in
            context!.assumingMemoryBound(to: Int.self)[16 * worker] += item
        }
    }
    return sums.reduce(0, +)
}

func useAPool(placement: ThreadPlacement) throws {
    let pool = try WorkerPool(threads: 4, placement: placement)
    print("threads with a pool", threadCount())
    print("processors of the caller", processorCount())
    var isRight = true
    // Pauses of many lengths: workers are met asleep, awake, and on the way from one to the other.
    for run in 0..<20_000 {
        let items = run % 37
        isRight = isRight && sum(pool, items: items) == items * (items - 1) / 2
        if run % 1000 == 0 { usleep(200) }
        if run % 3 == 0 { for _ in 0..<run % 64 { sched_yield() } }
    }
    print("sums", isRight ? "right" : "wrong")
    usleep(50_000)
    let before = processorTime()
    usleep(400_000)
    print("microseconds of processor time in 400000 idle ones", processorTime() - before)
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
