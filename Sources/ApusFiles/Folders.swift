import Glibc

/// Makes a folder and those above it. One that exists already is left as it is. What is there now outlasts a power failure.
package func makeFolder(_ path: String) throws(FileError) {
    var end = path.utf8.startIndex
    while end != path.utf8.endIndex {
        let next = path.utf8[path.utf8.index(after: end)...].firstIndex(of: UInt8(ascii: "/")) ?? path.utf8.endIndex
        let prefix = String(path[..<next])
        if unsafe mkdir(prefix, 0o777) == 0 {
            try syncFolder(of: prefix)
        } else {
            let code = errno
            guard code == EEXIST || (code != ENOENT && isFolder(prefix)) else {
                throw FileError(path: prefix, doing: "make this folder", code: code)
            }
        }
        end = next
    }
    guard isFolder(path) else {
        throw FileError(path: path, problem: "is a file, and a folder is needed", remedy: "choose another name")
    }
    // Whoever made it may have been killed before it was on the disk.
    try syncFolder(of: path)
}

/// Whether `path` is a folder, or a link to one.
package func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The names of what is in a folder, in no order.
package func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = unsafe opendir(folder) else { throw FileError(path: folder, doing: "list it", code: errno) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}

/// Removes a file, for good even where the power fails. One that isn't there is gone already.
package func removeFile(_ path: String) throws(FileError) {
    guard unsafe unlink(path) == 0 else {
        if errno == ENOENT { return }
        throw FileError(path: path, doing: "remove it", code: errno)
    }
    try syncFolder(of: path)
}

/// The folder that a path lies in, and its name there.
func separated(_ path: String) -> (folder: String, name: String) {
    // A folder may be written with a slash behind it.
    if path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { return separated(String(path.dropLast())) }
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let name = String(path[path.utf8.index(after: slash)...])
    return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
}

/// Makes what was renamed, made or removed at this path last through a power failure.
///
/// A folder that can't be opened to be read, and a file system that knows no such thing for folders, are no errors.
func syncFolder(of path: String) throws(FileError) {
    let folder = separated(path).folder
    let number = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else {
        if errno == EACCES || errno == EPERM { return }
        throw FileError(path: path, doing: "open its folder", code: errno)
    }
    let descriptor = Descriptor(number)
    guard fsync(descriptor.number) == 0 else {
        let code = errno
        if [EINVAL, ENOTSUP, EOPNOTSUPP, ENOSYS, EROFS].contains(code) { return }
        throw FileError(path: path, doing: "write its folder to the disk", code: code)
    }
}
