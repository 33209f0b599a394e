import ApusFiles
import Glibc

/// The names in a folder without those that begin with a dot, in the order of their bytes.
/// - Throws: ``DataError`` where the folder can't be read, or holds more than 2²⁴ names.
func listFolder(_ path: String) throws(DataError) -> [String] {
    guard let folder = unsafe opendir(path) else {
        throw DataError(
            file: path, problem: "can't read the folder: \(systemErrorText(errno))", remedy: "check the path")
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard !name.hasPrefix(".") else { continue }
        names.append(name)
        guard names.count < 1 << 24 else { throw DataError(file: path, problem: "holds too many files") }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Does something with a file; its errors name the file, where they name none.
func naming<Result>(_ file: String, _ body: () throws(DataError) -> Result) throws(DataError) -> Result {
    do { return try body() } catch {
        throw error.file == nil ? DataError(file: file, problem: error.problem, remedy: error.remedy) : error
    }
}
