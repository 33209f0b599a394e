import ApusText

/// Why an ONNX file could not be taken, or a model not be written as one.
public struct ONNXError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file, or the model's name.
    public var path: String
    public var problem: String
    public var remedy: String
    /// The nodes that are at fault; empty where the file as a whole is.
    public var failures: [NodeFailure]
    /// Whether what is wrong is a name that was asked for, of a value or a dimension: the file has none of it.
    public var isUnknownName: Bool

    public init(
        path: String, problem: String, remedy: String, failures: [NodeFailure] = [], isUnknownName: Bool = false
    ) {
        self.path = path
        self.problem = problem
        self.remedy = remedy
        self.failures = failures
        self.isUnknownName = isUnknownName
    }

    public var description: String {
        let list = failures.map { "\n  \($0)" }.joined()
        return "\(path): \(printable(problem))\(remedy.isEmpty ? "" : "; \(remedy)")\(list)"
    }
}

/// A node of an ONNX file that can't become operators of a graph.
public struct NodeFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The node's name, or that of its first output where it has none.
    public var node: String
    /// Its operator, with the domain before it where that is not the default one.
    public var operation: String
    public var reason: String

    public init(node: String, operation: String, reason: String) {
        self.node = node
        self.operation = operation
        self.reason = reason
    }

    public var description: String { "\(printable(node)) (\(printable(operation))): \(printable(reason))" }
}
