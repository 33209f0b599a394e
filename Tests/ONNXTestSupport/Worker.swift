import Glibc

/// What a worker makes of a case.
package enum WorkerAnswer: Sendable, Equatable {
    /// The line that it answered.
    case line(String)
    /// It ended, or took too long: how, and the first that it said.
    case ended(String)
}

/// A process of this program that answers one line after the other, so that a case that crashes or hangs ends no other.
package final class Worker {
    private let arguments: [String]
    /// Seconds after which a case hangs.
    private let limit: Int
    /// Cases after which a new process goes on.
    private let casesPerProcess: Int
    /// Cases that the process was given.
    private var caseCount = 0
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

    init(arguments: [String], limit: Int, casesPerProcess: Int) {
        self.arguments = arguments
        self.limit = limit
        self.casesPerProcess = casesPerProcess
    }

    deinit { stop() }

    /// Gives the process a case, and starts one where there is none.
    func begin(_ number: Int, _ line: String) throws {
        // Before the case is sent: a process that ended by itself would look as if the case had ended it.
        if caseCount == casesPerProcess { stop() }
        if process == 0 { try start() }
        caseCount += 1
        current = number
        answer = []
        complaint = []
        deadline = .now + .seconds(limit)
        let bytes = Array("\(line)\n".utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            // Where the process has ended, reading tells.
            if count < 0 && errno != EINTR { return }
            sent += max(count, 0)
        }
    }

    /// What it made of the case, once it is known.
    ///
    /// - Parameter ready: the descriptors that have something to read.
    func answer(ready: Set<Int32>) -> WorkerAnswer? {
        var hasEnded = false
        if ready.contains(errors) { _ = read(errors, into: &complaint) }
        if ready.contains(output) { hasEnded = !read(output, into: &answer) }
        if let end = answer.firstIndex(of: UInt8(ascii: "\n")) {
            current = nil
            return .line(String(decoding: answer[..<end], as: UTF8.self))
        }
        if hasEnded {
            while read(errors, into: &complaint) {}
            let status = stop()
            let words = String(decoding: complaint, as: UTF8.self).split(separator: "\n").first.map { ": \($0)" } ?? ""
            return .ended("ended with \(status)\(words)")
        }
        guard ContinuousClock.now > deadline else { return nil }
        kill(process, SIGKILL)
        stop()
        return .ended("took longer than \(limit) s")
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
        var words = (["worker"] + arguments).map { strdup($0) } + [nil]
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
        caseCount = 0
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
package struct WorkerFailure: Error, CustomStringConvertible {
    var code: Int32
    package var description: String { "no process for the cases can be started: error \(code)" }
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

/// Has several workers answer lines.
///
/// - Parameters:
///   - arguments: what makes this program answer the lines on its standard input, each by one on its standard output.
///   - limit: seconds after which a line hangs.
///   - linesPerProcess: after so many a worker gets a new process, whose memory is not in pieces.
///   - next: the next line; nil where there is none any more.
///   - note: told each answer, with the number of the line.
package func answer(
    workers count: Int, arguments: [String], limit: Int, linesPerProcess: Int = .max, next: () -> String?,
    note: (Int, WorkerAnswer) throws -> Void
) throws {
    // A worker that ended must not end this process.
    signal(SIGPIPE, SIG_IGN)
    let workers = (0..<max(1, count)).map { _ in
        Worker(arguments: arguments, limit: limit, casesPerProcess: linesPerProcess)
    }
    var number = 0
    while true {
        for worker in workers where worker.current == nil {
            guard let line = next() else { break }
            try worker.begin(number, line)
            number += 1
        }
        let busy = workers.filter { $0.current != nil }
        if busy.isEmpty { return }
        var polled = busy.flatMap { [$0.output, $0.errors] }.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 1000) >= 0 || errno == EINTR else { throw WorkerFailure(code: errno) }
        let ready = Set(polled.filter { $0.revents != 0 }.map(\.fd))
        for worker in busy {
            guard let number = worker.current, let answer = worker.answer(ready: ready) else { continue }
            try note(number, answer)
        }
    }
}

/// Workers for all processors.
package var workerCount: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 16) }
