import Glibc

/// An open file descriptor, closed when its owner goes away.
struct Descriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { _ = close(number) }
}

/// All bytes of a file.
///
/// Reads what is there and not what the file's size says, so a pipe can be read as well, but stops at `limit`.
/// - Throws: ``FileError`` where the file can't be read, is a folder, or holds more than `limit` bytes.
package func readFile(_ path: String, limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw FileError(path: path, doing: "open it", code: errno) }
    let file = Descriptor(number)
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else {
        throw FileError(path: path, doing: "examine it", code: errno)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
        throw FileError(path: path, problem: "is a folder, not a file", remedy: "name a file in it")
    }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    let limit = min(limit, MemoryLimit.bytes)
    guard !isRegular || status.st_size <= limit else { throw tooLarge(path, limit: limit) }

    var bytes: [UInt8] = []
    // A small file should not cost the pages of a large chunk.
    let expected = isRegular ? Int(status.st_size) + 1 : 1 << 16
    bytes.reserveCapacity(expected)
    var chunk = [UInt8](repeating: 0, count: min(expected, 1 << 16))
    while true {
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(file.number, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            throw FileError(path: path, doing: "read it", code: errno)
        }
        if count == 0 { return bytes }
        guard bytes.count + count <= limit else { throw tooLarge(path, limit: limit) }
        bytes.append(contentsOf: chunk[..<count])
    }
}

func tooLarge(_ path: String, limit: Int) -> FileError {
    FileError(
        path: path, problem: "is larger than the \(limit) bytes that are read of such a file",
        remedy: limit == MemoryLimit.bytes ? MemoryLimit.remedy : "")
}

/// Whether anything exists at `path`.
package func fileExists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
}
