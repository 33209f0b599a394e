import ApusGraph
import ONNXSchema

/// How much of an ONNX file can be taken.
public struct Coverage: Sendable, Equatable {
    /// The nodes of one operator.
    public struct Row: Sendable, Equatable {
        /// With the domain before it where that is not the default one.
        public var operation: String
        public var count: Int
        /// Why some of them fail, each reason once; empty where all are taken.
        public var reasons: [String]
    }

    /// By operator, those with failures first, then the most frequent.
    public let rows: [Row]
    /// Inputs, initializers and nodes that can't be taken.
    public let failures: [NodeFailure]
    /// Nodes of the file, those of functions and branches included.
    public let nodeCount: Int
    /// Nodes that fail, or read what one that fails would make.
    public let affectedCount: Int

    init(_ graph: GraphProto, _ importer: Importer) {
        failures = importer.failures
        nodeCount = importer.nodeCount
        affectedCount = importer.affectedCount
        var counts: [String: Int] = [:]
        for node in graph.node { counts[node.displayOperation, default: 0] += 1 }
        var reasons: [String: [String]] = [:]
        var known: Set<[String]> = []
        for failure in importer.failures {
            counts[failure.operation, default: 0] += counts[failure.operation] == nil ? 1 : 0
            if known.insert([failure.operation, failure.reason]).inserted {
                reasons[failure.operation, default: []].append(failure.reason)
            }
        }
        rows = counts.map { Row(operation: $0, count: $1, reasons: reasons[$0] ?? []) }
            .sorted { first, second in
                if first.reasons.isEmpty != second.reasons.isEmpty { return second.reasons.isEmpty }
                return (second.count, first.operation) < (first.count, second.operation)
            }
    }

    func error(path: String) -> ONNXError {
        ONNXError(
            path: path,
            problem: "\(affectedCount) of its \(nodeCount) nodes can't be taken, for \(failures.count) "
                + (failures.count == 1 ? "reason" : "reasons"),
            remedy: "change these where the model was exported", failures: failures)
    }
}
