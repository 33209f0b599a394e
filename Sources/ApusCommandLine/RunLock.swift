package import ApusFiles
import CBSD
import Glibc

/// The right to write into a run folder, held by one process at a time and given back when the value goes away, however
/// the process ends.
package struct RunLock: ~Copyable {
    /// The lock's file, `lock` in the folder. It holds the number of the process that has it.
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
            guard code == EWOULDBLOCK else {
                throw FileError(
                    path: path, problem: "can't lock it: \(systemErrorText(code))", remedy: "check the folder")
            }
            throw FileError(
                path: path, problem: "another trainer\(Self.holder(path)) writes this run",
                remedy: "wait for it, or choose another folder")
        }
        self.path = path
        self.descriptor = descriptor
        _ = ftruncate(descriptor, 0)
        _ = writeAll("\(getpid())\n", to: descriptor)
    }

    deinit {
        // While the lock is held nobody else can have put another file there.
        _ = unsafe unlink(path)
        close(descriptor)
    }

    /// The number of the process that has the lock, if its file says so.
    private static func holder(_ path: String) -> String {
        guard let bytes = try? readFile(path, limit: 32) else { return "" }
        let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}
