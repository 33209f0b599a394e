import ApusFiles
import CZlib
import Glibc

/// A regular file, plain or gzip-compressed, read from its beginning.
@safe struct CompressedInput: ~Copyable {
    let path: String
    /// The file's own length in bytes, compressed or not.
    let storedBytes: Int
    let isCompressed: Bool
    private let stream: gzFile

    init(_ path: String) throws(DataError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw DataError(file: path, problem: "can't open it: \(systemErrorText(errno))", remedy: "check the path")
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw DataError(file: path, problem: "is not a regular file", remedy: "name an IDX file")
        }
        guard let opened = unsafe gzdopen(descriptor, "rb") else {
            close(descriptor)
            throw DataError(file: path, problem: "can't open it: out of memory")
        }
        _ = unsafe gzbuffer(opened, 1 << 17)
        unsafe stream = unsafe opened
        isCompressed = unsafe gzdirect(opened) == 0
        storedBytes = Int(status.st_size)
        self.path = path
    }

    deinit { _ = unsafe gzclose_r(stream) }

    /// More bytes than this can't come out of the file: deflate's best is 1032 to 1 (a match of 258 bytes in two bits).
    var maximumLength: Int {
        isCompressed ? storedBytes.multipliedReportingOverflow(by: 1032).partialValue : storedBytes
    }

    /// The next `count` bytes, or as many as there are. `count` is at most what the caller is willing to allocate.
    mutating func read(_ count: Int) throws(DataError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let piece = UInt32(min(count - filled, 1 << 24))
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe gzread(stream, buffer.baseAddress! + filled, piece)
            }
            guard got >= 0 else { throw failure() }
            if got == 0 {
                if isCompressed { try checkEnd() }
                break
            }
            filled += Int(got)
        }
        if filled < count { bytes.removeLast(count - filled) }
        return bytes
    }

    /// zlib reports a stream that is cut off only here: `gzread` gives what there is and then 0.
    private func checkEnd() throws(DataError) {
        var code: Int32 = 0
        _ = unsafe gzerror(stream, &code)
        if code != Z_OK && code != Z_STREAM_END { throw failure() }
    }

    private func failure() -> DataError {
        var code: Int32 = 0
        _ = unsafe gzerror(stream, &code)
        if code == Z_BUF_ERROR {
            return DataError(
                file: path, problem: "is cut off: its compressed data ends too early", remedy: "fetch it again")
        }
        return DataError(file: path, problem: "its compressed data is damaged", remedy: "fetch it again")
    }
}
