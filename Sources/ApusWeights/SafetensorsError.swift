import ApusText

/// Why bytes are no safetensors file.
public struct SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
    public var problem: String
    public var remedy: String

    init(_ problem: String, remedy: String = "compare the file with where it came from") {
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String { "\(printable(problem)); \(remedy)" }
}
