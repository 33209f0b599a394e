import Glibc

/// A file in memory, for readers that take a path.
enum MemoryFile {
    /// Of one thread.
    nonisolated(unsafe) private static var file: (process: pid_t, descriptor: Int32) = (0, -1)

    /// The path of a file that holds these bytes until the next call.
    static func holding(_ bytes: [UInt8]) -> String {
        // A copy of a process would share the file with it.
        if file.process != getpid() {
            // Swift's module of the C library leaves memfd_create out.
            typealias Function = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32
            file = (getpid(), unsafeBitCast(dlsym(nil, "memfd_create"), to: Function.self)("apus-readers", 0))
            precondition(file.descriptor >= 0, "no file in memory")
        }
        precondition(ftruncate(file.descriptor, 0) == 0, "no file in memory")
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                pwrite(file.descriptor, $0.baseAddress, $0.count, written)
            }
            precondition(count > 0, "no room in memory")
            written += count
        }
        return "/proc/self/fd/\(file.descriptor)"
    }
}
