import Glibc

/// A file that appears whole or not at all.
///
/// The bytes go to a temporary file in the same folder; ``commit()`` forces them to the disk and renames it over the
/// destination. Where anything fails, or the value goes away without a commit, the temporary file is removed and the
/// destination is as it was. Where the destination is a link, the file it points to is replaced.
package struct AtomicFile: ~Copyable {
    /// The destination, links resolved.
    package let path: String
    private let temporaryPath: String
    private let file: Descriptor
    private var committed = false

    /// Opens a temporary file beside `path`. It gets the permissions of the file it will replace; a program may be run besides.
    package init(_ path: String, isProgram: Bool = false) throws(FileError) {
        let destination = resolved(path)
        var status = stat()
        let exists = unsafe stat(destination, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            throw FileError(
                path: path, problem: "exists and is not a regular file", remedy: "choose another name for the result")
        }
        // A temporary that a killed process left behind must not stand in the way of the next one with its number.
        for attempt in 0..<100 {
            let candidate = PartialFile.path(for: destination, process: getpid(), attempt: attempt)
            let number = unsafe open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, isProgram ? 0o777 : 0o666)
            if number >= 0 {
                if exists, !isProgram { _ = fchmod(number, status.st_mode & 0o7777) }
                self.path = destination
                temporaryPath = candidate
                file = Descriptor(number)
                return
            }
            if errno != EEXIST { throw FileError(path: path, doing: "write beside it", code: errno) }
        }
        throw FileError(
            path: path, problem: "can't write beside it: too many temporary files", remedy: "remove \(path).*.partial")
    }

    /// Appends bytes.
    package mutating func write(_ bytes: RawSpan) throws(FileError) {
        let code = writeAll(bytes, to: file.number)
        guard code == 0 else { throw FileError(path: path, doing: "write it", code: code) }
    }

    /// Appends bytes.
    package mutating func write(_ bytes: [UInt8]) throws(FileError) {
        try unsafe write(bytes.span.bytes)
    }

    /// Appends text as UTF-8.
    package mutating func write(_ text: String) throws(FileError) {
        try write(Array(text.utf8))
    }

    /// Forces the bytes to the disk and puts the file in its place. Once it returns, the file outlasts a power failure.
    package consuming func commit() throws(FileError) {
        guard fsync(file.number) == 0 else { throw FileError(path: path, doing: "write it to the disk", code: errno) }
        guard unsafe rename(temporaryPath, path) == 0 else {
            throw FileError(path: path, doing: "replace it", code: errno)
        }
        committed = true
        try syncFolder(of: path)
    }

    deinit {
        if !committed { _ = unsafe unlink(temporaryPath) }
    }
}

/// Writes a whole file, or leaves what was there. See ``AtomicFile``.
package func writeFile(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try AtomicFile(path)
    try file.write(bytes)
    try file.commit()
}

/// The path with its links followed, or as it is where it does not exist.
func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
}

/// Whether a file lies in a folder or below it, once links are followed. One that isn't there does.
package func isWithin(_ path: String, folder: String) -> Bool {
    guard fileExists(path) else { return true }
    let real = resolved(folder)
    return resolved(path).hasPrefix(real.hasSuffix("/") ? real : real + "/")
}
