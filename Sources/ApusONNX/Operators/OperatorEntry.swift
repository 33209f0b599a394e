import ApusGraph

/// How the nodes of one operator of ONNX become operators of a graph, from one version of its operator set on.
struct OperatorEntry: Sendable {
    /// The operator sets that are known.
    enum Domain: String, Sendable {
        /// ONNX's own.
        case standard = ""
        /// Classic machine learning.
        case machineLearning = "ai.onnx.ml"
        /// What ONNX Runtime's optimizer writes.
        case microsoft = "com.microsoft"
    }

    typealias Build = @Sendable (inout NodeImport) throws(NodeFailure) -> Void

    let name: String
    let domain: Domain
    /// The version from which on it holds, up to that of the next entry of the same name.
    let since: Int
    let build: Build

    init(_ name: String, _ domain: Domain = .standard, since: Int = 1, _ build: @escaping Build) {
        self.name = name
        self.domain = domain
        self.since = since
        self.build = build
    }
}
