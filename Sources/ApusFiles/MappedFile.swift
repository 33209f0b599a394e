internal import CMapping
import Glibc

/// The bytes of a regular file in memory that is read-only, as long as the object is there.
///
/// A large file is mapped, and its memory shared with others who map it. A small one is copied: that takes hardly longer, and nobody
/// can change the copy. Where somebody cuts a mapped file short, reading what is gone ends the process by a signal, as with a
/// program that runs. A process that called ``catchShortening()`` reads zeros instead, and ``isCutShort`` says so.
@safe
package final class MappedFile: @unchecked Sendable {
    package let path: String
    private let start: UnsafeRawPointer
    /// How many bytes it has.
    package let size: Int
    /// What the signal's handler knows of it; nil for a copy.
    private let mapping: OpaquePointer?

    /// Files of at most so many bytes are copied. It takes 15 µs longer than mapping them.
    package static let largestCopy = 1 << 16

    /// Maps or copies a file of at most `limit` bytes; nil where it is no regular file, or empty.
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
        let memory =
            size <= Self.largestCopy
            ? try Memory(copying: file, size, path) : try Memory(mapping: file, size, path)
        guard memory.size > 0 else {
            unsafe memory.start.deallocate()
            return nil
        }
        self.path = path
        unsafe start = memory.start
        self.size = memory.size
        unsafe mapping = memory.mapping
    }

    /// Whether it is mapped, and not copied.
    package var isMapped: Bool { unsafe mapping != nil }

    /// Whether bytes of it were gone when they were read: those that were read are zeros. False as long as nobody called
    /// ``catchShortening()``.
    package var isCutShort: Bool {
        guard let mapping = unsafe mapping else { return false }
        return unsafe apus_mapping_is_cut_short(mapping)
    }

    /// From now on, where bytes of a mapped file are gone, zeros are read in place of them. For this the process gets a handler of
    /// SIGBUS; a signal that is of no file of ours goes to the handler that was there before.
    package static func catchShortening() { apus_mapping_catch_signals() }

    deinit {
        guard let mapping = unsafe mapping else {
            unsafe start.deallocate()
            return
        }
        unsafe apus_mapping_remove(mapping)
        unsafe munmap(UnsafeMutableRawPointer(mutating: start), size)
    }

    /// Hands the bytes to `body`.
    package func withBytes<Result: ~Copyable, Problem: Error>(
        _ body: (RawSpan) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        try unsafe body(RawSpan(_unsafeStart: start, byteCount: size))
    }

    /// The address of a byte, as long as the object is there. That of byte 0 is a multiple of 64.
    package func address(of offset: Int) -> UnsafeRawPointer {
        precondition(0...size ~= offset, "byte \(offset) of \(size)")
        return unsafe start + offset
    }
}

/// Where a file's bytes are. Whoever has it gives it back.
@safe
private struct Memory {
    let start: UnsafeRawPointer
    let size: Int
    /// What the handler of signals knows of it, where it is mapped.
    let mapping: OpaquePointer?

    /// Reads a file whose size is said to be this. It may have become shorter.
    init(copying file: borrowing Descriptor, _ expected: Int, _ path: String) throws(FileError) {
        let block = UnsafeMutableRawPointer.allocate(byteCount: expected, alignment: 64)
        var filled = 0
        while filled < expected {
            let count = unsafe read(file.number, block + filled, expected - filled)
            if count == 0 { break }
            if count < 0 && errno == EINTR { continue }
            if count < 0 {
                let code = errno
                unsafe block.deallocate()
                throw FileError(path: path, doing: "read it", code: code)
            }
            filled += count
        }
        unsafe start = UnsafeRawPointer(block)
        size = filled
        unsafe mapping = nil
    }

    init(mapping file: borrowing Descriptor, _ size: Int, _ path: String) throws(FileError) {
        // All of it is read soon: one call now instead of a fault for each page then.
        guard let block = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.number, 0),
            unsafe block != MAP_FAILED
        else { throw FileError(path: path, doing: "map it", code: errno) }
        guard let mapping = unsafe apus_mapping_add(block, size) else {
            unsafe munmap(block, size)
            throw FileError(path: path, doing: "map it", code: ENOMEM)
        }
        unsafe start = UnsafeRawPointer(block)
        self.size = size
        unsafe self.mapping = mapping
    }
}
