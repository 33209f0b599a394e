import ApusFiles
import Glibc

/// A folder for one test's files, removed with what is in it when the test ends.
final class TestFolder {
    let path: String

    init() {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/apus-test-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try writeFile(bytes, to: file)
        return file
    }

    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    /// The names of what is in the folder, sorted.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    deinit {
        for name in names {
            let file = "\(path)/\(name)"
            if unlink(file) != 0 { rmdir(file) }
        }
        rmdir(path)
    }
}

/// The folder with the real data sets (`mnist`, `fashion-mnist`), or nil where there is none.
let realData: String? = getenv("APUS_DATA").map { String(cString: $0) }.flatMap { isFolder($0) ? $0 : nil }
