import Glibc

/// A process of this program that answers one case after the other, so that one that crashes or hangs ends no other.
final class Worker {
    /// Seconds after which a case hangs.
    static let limit = 20

    private let arguments: [String]
    private var process: pid_t = 0
    private var input: Int32 = -1
    /// Where its answers come from, and what it says beside them.
    private(set) var output: Int32 = -1
    private(set) var errors: Int32 = -1
    private var answer: [UInt8] = []
    private var complaint: [UInt8] = []
    private var deadline = ContinuousClock.now
    /// The case that it is at.
    private(set) var current: Int?

    init(arguments: [String]) { self.arguments = arguments }

    deinit { stop() }

    /// Gives the process a case, and starts one where there is none.
    func begin(_ number: Int, _ line: String) throws {
        if process == 0 { try start() }
        current = number
        answer = []
        complaint = []
        deadline = .now + .seconds(Self.limit)
        let bytes = Array("\(line)\n".utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            // Where the process has ended, reading tells.
            if count < 0 && errno != EINTR { return }
            sent += max(count, 0)
        }
    }

    /// What came of the case, once it is known.
    ///
    /// - Parameter ready: the descriptors that have something to read.
    func outcome(ready: Set<Int32>) -> Outcome? {
        var hasEnded = false
        if ready.contains(errors) { _ = read(errors, into: &complaint) }
        if ready.contains(output) { hasEnded = !read(output, into: &answer) }
        if let end = answer.firstIndex(of: UInt8(ascii: "\n")) {
            current = nil
            let line = String(decoding: answer[..<end], as: UTF8.self)
            return Outcome(line: line) ?? .crashed("answered '\(line)'")
        }
        if hasEnded {
            while read(errors, into: &complaint) {}
            let status = stop()
            let words = String(decoding: complaint, as: UTF8.self).split(separator: "\n").first.map { ": \($0)" } ?? ""
            return .crashed("ended with \(status)\(words)")
        }
        guard ContinuousClock.now > deadline else { return nil }
        kill(process, SIGKILL)
        stop()
        return .crashed("took longer than \(Self.limit) s")
    }

    private func start() throws {
        let (inputEnd, outputEnd, errorEnd) = (try Pipe(), try Pipe(), try Pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputEnd.reading, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, outputEnd.writing, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errorEnd.writing, STDERR_FILENO)
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        var words = (["onnx-conformance"] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        let code = posix_spawn(&process, "/proc/self/exe", &actions, nil, &words, environ)
        close(inputEnd.reading)
        close(outputEnd.writing)
        close(errorEnd.writing)
        (input, output, errors) = (inputEnd.writing, outputEnd.reading, errorEnd.reading)
        guard code == 0 else {
            process = 0
            throw WorkerFailure(code: code)
        }
    }

    /// Ends the process and says how it ended.
    @discardableResult
    private func stop() -> String {
        guard process != 0 else { return "" }
        // It ends when nothing more can come.
        close(input)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        close(output)
        close(errors)
        process = 0
        current = nil
        let signal = status & 0x7f
        return signal == 0 ? "status \((status >> 8) & 0xff)" : "signal \(signal)"
    }

    /// - Returns: whether there was anything, and more may come.
    private func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count > 0 && bytes.count < 1 << 20 { bytes += chunk[..<count] }
            return count > 0
        }
    }
}

/// Why no worker can be had.
struct WorkerFailure: Error, CustomStringConvertible {
    var code: Int32
    var description: String { "no process for the cases can be started: error \(code)" }
}

/// The two ends of a pipe; other processes don't get them.
private struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw WorkerFailure(code: errno)
        }
        (reading, writing) = (ends[0], ends[1])
    }
}

/// Answers all cases by several workers.
func outcomes(
    of cases: [ConformanceCase], lines: [String], workers count: Int, arguments: [String]
) throws -> [Outcome] {
    // A worker that ended must not end this process.
    signal(SIGPIPE, SIG_IGN)
    var outcomes = [Outcome?](repeating: nil, count: cases.count)
    let workers = (0..<max(1, min(count, cases.count))).map { _ in Worker(arguments: arguments) }
    var next = 0
    while true {
        for worker in workers where worker.current == nil && next < cases.count {
            try worker.begin(next, lines[next])
            next += 1
        }
        let busy = workers.filter { $0.current != nil }
        if busy.isEmpty { break }
        var polled = busy.flatMap { [$0.output, $0.errors] }.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 1000) >= 0 || errno == EINTR else { throw WorkerFailure(code: errno) }
        let ready = Set(polled.filter { $0.revents != 0 }.map(\.fd))
        for worker in busy {
            guard let number = worker.current, let outcome = worker.outcome(ready: ready) else { continue }
            outcomes[number] = outcome
        }
    }
    return outcomes.map { $0 ?? .crashed("was not answered") }
}
