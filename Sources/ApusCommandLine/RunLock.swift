package import ApusFiles
import CBSD
import Glibc

/// The right to write into a run folder, held by one process at a time and given back when the value goes away, however
/// the process ends.
///
/// The file that a killed process leaves behind stops nobody: what counts is the system's lock of it, which ends with the process.
package struct RunLock: ~Copyable {
    /// The lock's file, `lock` in the folder. It holds a line that says who has it: process, host, and since when.
    package let path: String
    private let descriptor: Int32

    /// Takes the lock of a folder that exists.
    /// - Throws: `FileError` where another process has it, or its file can't be made.
    package init(folder: String) throws(FileError) {
        // The fields are set last: a value that is complete runs its deinit when init throws, and that removes the file.
        let path = "\(folder)/lock"
        let descriptor = unsafe apus_flopen(path, O_CREAT | O_RDWR | O_NONBLOCK | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw FileError(path: path, doing: "lock it", code: code) }
            throw FileError(
                path: path, problem: "another trainer\(Self.holder(path)) writes this run",
                remedy: "wait for it, or choose another folder")
        }
        self.path = path
        self.descriptor = descriptor
        // On a full disk it stays empty, and is a lock all the same.
        _ = ftruncate(descriptor, 0)
        _ = writeAll(Self.description(process: getpid(), host: Self.hostName, time: time(nil)) + "\n", to: descriptor)
    }

    deinit {
        // While the lock is held nobody else can have put another file there.
        _ = unsafe unlink(path)
        close(descriptor)
    }

    /// Who has a lock, with the time in the zone of this machine: `process 12 on host, since 2026-01-31 12:34:56 +0100`.
    static func description(process: pid_t, host: String, time: time_t) -> String {
        var (seconds, parts) = unsafe (time, tm())
        _ = unsafe localtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 40)
        let count = unsafe strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S %z", &parts)
        return "process \(process) on \(host), since \(text(buffer[..<count]))"
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "this machine" }
        return text(buffer.prefix { $0 != 0 })
    }

    private static func text(_ characters: ArraySlice<CChar>) -> String {
        String(decoding: characters.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What the lock's file says of who has it, in parentheses.
    private static func holder(_ path: String) -> String {
        guard let bytes = try? readFile(path, limit: 1024) else { return "" }
        let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.hasPrefix("process ") ? " (\(line))" : ""
    }
}
