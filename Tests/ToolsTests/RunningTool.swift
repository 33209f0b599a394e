import ApusFiles
import Glibc
import TestSupport

/// A tool that runs while the test talks with it through pipes.
final class RunningTool {
    private let process: pid_t
    private let input: Int32
    private let output: Int32
    private let folder = TestFolder()
    private var errors: String { folder.file("errors") }

    init(_ name: String, _ arguments: [String]) throws {
        var toTool: [Int32] = [-1, -1]
        var fromTool: [Int32] = [-1, -1]
        // No other process that a test starts may keep the ends open.
        guard pipe(&toTool) == 0, pipe(&fromTool) == 0,
            (toTool + fromTool).allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 })
        else {
            throw Tool.SpawnFailure(description: "no pipe: \(systemErrorText(errno))")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toTool[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromTool[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, folder.file("errors"), O_WRONLY | O_CREAT, 0o600)
        let path = Tool.path(of: name)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var number: pid_t = 0
        let code = posix_spawn(&number, path, &actions, nil, &words, environ)
        close(toTool[0])
        close(fromTool[1])
        guard code == 0 else { throw Tool.SpawnFailure(description: "\(path) can't be run: \(systemErrorText(code))") }
        process = number
        input = toTool[1]
        output = fromTool[0]
    }

    /// Sends bytes to its standard input.
    func send(_ bytes: [UInt8]) throws {
        let code = writeAll(bytes.span.bytes, to: input)
        guard code == 0 else { throw Tool.SpawnFailure(description: "it takes no input: \(systemErrorText(code))") }
    }

    /// Waits for so many bytes of its standard output; fewer where it ends before.
    func receive(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { read(output, $0.baseAddress! + filled, count - filled) }
            if got < 0, errno == EINTR { continue }
            if got <= 0 { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }

    /// Ends its input, and waits for its end: the exit code, or 128 and the signal that ended it, and what it complained of.
    func finish() throws -> (status: Int32, error: String) {
        close(input)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        close(output)
        let signal = status & 0x7f
        return (
            signal == 0 ? (status >> 8) & 0xff : 128 + signal,
            String(decoding: try readFile(errors), as: UTF8.self)
        )
    }
}
