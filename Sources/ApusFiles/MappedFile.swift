import Glibc

/// A regular file as memory that is read-only and shared with others who map it, as long as the object is there.
///
/// As with a program that runs, whoever cuts the file short meanwhile ends the process: files that appear whole (see
/// ``AtomicFile``) are replaced and never cut.
@safe
package final class MappedFile: @unchecked Sendable {
    private let start: UnsafeRawPointer
    private let count: Int

    /// Maps a file of at most `limit` bytes; nil where it is no regular file, or empty.
    /// - Throws: ``FileError`` where it can't be read, or is larger.
    package init?(_ path: String, limit: Int = 1 << 40) throws(FileError) {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw FileError(path: path, doing: "open it", code: errno) }
        let file = Descriptor(number)
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else {
            throw FileError(path: path, doing: "examine it", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
        let size = Int(status.st_size)
        let limit = min(limit, MemoryLimit.bytes)
        guard size <= limit else { throw tooLarge(path, limit: limit) }
        // All of it is read soon: one call now instead of a fault for each page then.
        guard let block = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.number, 0),
            unsafe block != MAP_FAILED
        else { throw FileError(path: path, doing: "map it", code: errno) }
        unsafe start = UnsafeRawPointer(block)
        count = size
    }

    /// How many bytes it has.
    package var size: Int { count }

    deinit { unsafe munmap(UnsafeMutableRawPointer(mutating: start), count) }

    /// Hands the bytes to `body`.
    package func withBytes<Result: ~Copyable, Problem: Error>(
        _ body: (RawSpan) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        try unsafe body(RawSpan(_unsafeStart: start, byteCount: count))
    }

    /// The address of a byte, as long as the file is mapped.
    package func address(of offset: Int) -> UnsafeRawPointer {
        precondition(0...count ~= offset, "byte \(offset) of \(count)")
        return unsafe start + offset
    }
}
