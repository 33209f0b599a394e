import ApusFiles

/// What is wrong with data: in which file, what, and what to do about it.
public struct DataError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file or folder, where there is one.
    public let file: String?
    public let problem: String
    /// What the reader of the message can do. May be empty.
    public let remedy: String
    /// What the caller of the reader can set to mend it, where there is something.
    public let setting: Setting?

    /// A choice of ``DataSource``'s caller.
    public enum Setting: Sendable, Equatable {
        case labelColumns
        case size
    }

    public init(file: String? = nil, problem: String, remedy: String = "", setting: Setting? = nil) {
        self.file = file
        self.problem = problem
        self.remedy = remedy
        self.setting = setting
    }

    init(_ error: FileError) { self.init(file: error.path, problem: error.problem, remedy: error.remedy) }

    public var description: String {
        let what = file.map { "\($0): \(problem)" } ?? problem
        return remedy.isEmpty ? what : "\(what); \(remedy)"
    }
}

/// All bytes of a file of at most `limit` bytes, as `ApusFiles.readFile`, with this module's error.
func readData(_ path: String, limit: Int) throws(DataError) -> [UInt8] {
    do { return try readFile(path, limit: limit) } catch { throw DataError(error) }
}

/// Writes a whole file, or leaves what was there, with this module's error.
func writeData(_ bytes: [UInt8], to path: String) throws(DataError) {
    do { try writeFile(bytes, to: path) } catch { throw DataError(error) }
}

/// The product of dimensions that a file claims, or nil where one is negative or the product exceeds `limit`.
func boundedProduct(_ dimensions: [Int], limit: Int) -> Int? {
    guard dimensions.allSatisfy({ $0 >= 0 }) else { return nil }
    guard !dimensions.contains(0) else { return 0 }
    var product = 1
    for dimension in dimensions {
        let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
        guard !overflow, next <= limit else { return nil }
        product = next
    }
    return product
}
