import Glibc

/// What went wrong with a file: which one, what, and what to do about it.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    public let problem: String
    /// What the reader of the message can do. May be empty.
    public let remedy: String

    public init(path: String, problem: String, remedy: String = "") {
        self.path = path
        self.problem = problem
        self.remedy = remedy
    }

    /// The error of a failed system call: the problem is the system's own text for `code`.
    package init(path: String, doing action: String, code: Int32) {
        self.init(path: path, problem: "can't \(action): \(systemErrorText(code))", remedy: systemErrorRemedy(code))
    }

    public var description: String {
        remedy.isEmpty ? "\(path): \(problem)" : "\(path): \(problem); \(remedy)"
    }
}

/// The system's text for an error code, for example "No such file or directory".
package func systemErrorText(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func systemErrorRemedy(_ code: Int32) -> String {
    switch code {
    case ENOENT: "check the path"
    case EACCES, EPERM, EROFS: "check its permissions, or choose another place"
    case ENOSPC: "make room on the disk"
    case EDQUOT: "make room within your quota of the disk"
    case EFBIG: "raise the limit of a file's size (ulimit -f)"
    case EIO: "look for what is wrong with the disk"
    case ENOTDIR: "check the path: one of its folders is a file"
    default: ""
    }
}
