import Glibc

/// The code of a system call that failed; ``systemErrorText(_:)`` has its text.
package struct SystemError: Error, Sendable, Equatable {
    package let code: Int32
}

/// Samples of one size that come on a descriptor, a pipe's for example, in pieces of any length.
///
/// The caller has the room for them: what has come lies at its start, whole samples first.
package struct SampleStream {
    private let descriptor: Int32
    /// Bytes of a sample.
    package let sampleBytes: Int
    /// Bytes of the room that hold what has come and was not removed.
    package private(set) var filled = 0
    /// Samples that were removed.
    package private(set) var removed = 0

    /// - Precondition: a sample has bytes.
    package init(_ descriptor: Int32, sampleBytes: Int) {
        precondition(sampleBytes > 0, "samples of \(sampleBytes) bytes")
        self.descriptor = descriptor
        self.sampleBytes = sampleBytes
    }

    /// Waits until something comes, and puts as much of it as there is room for behind what is there.
    ///
    /// - Parameter room: always the same, with place for a sample at least.
    /// - Returns: the samples that are whole by now, or nil at the end of the stream, where ``filled`` bytes are those of a sample
    ///   that broke off.
    /// - Throws: the system's error code.
    package mutating func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        precondition(room.count >= sampleBytes && filled < room.count, "no room for a sample")
        while true {
            let count = unsafe Glibc.read(
                descriptor, room.baseAddress.map { unsafe $0 + filled }, room.count - filled)
            if count == 0 { return nil }
            if count > 0 {
                filled += count
                return filled / sampleBytes
            }
            guard errno == EINTR else { throw SystemError(code: errno) }
        }
    }

    /// Makes room for others: what follows the first samples comes to the start.
    package mutating func remove(samples count: Int, from room: UnsafeMutableRawBufferPointer) {
        let used = count * sampleBytes
        precondition(count >= 0 && used <= filled, "\(count) samples of \(filled) bytes")
        if let start = room.baseAddress { unsafe memmove(start, start + used, filled - used) }
        filled -= used
        removed += count
    }
}
