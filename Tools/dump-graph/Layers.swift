import ApusCompiler
import ApusGraph
import ApusToolSupport

/// What an operator of a graph costs and where its shapes come from.
struct Layer {
    var node: Node
    /// Its results, without those that only explain the others.
    var results: [Value]
    /// Elements of trained parameters that it is the first to use, its own that the text leaves out included.
    var parameters: Int
    /// As ``parameters``, of statistics.
    var statistics: Int
    /// For one sample.
    var multiplyAdds: Int
    /// `288 = 32 × 3 × 3`, for each number that was derived.
    var derivations: [String]

    var name: String { results.first?.name ?? "" }
}

/// The operators of a graph, and what they cost together.
struct Layers {
    let list: [Layer]

    /// - Parameter file: for the errors.
    init(_ graph: Graph, file: String) throws(ToolError) {
        // Only a graph with explicit parameters says all of them. It has the same nodes, in the same order.
        let explicit = try explicitModel(Model(graph: graph), file: file).graph
        let roles = Dictionary(uniqueKeysWithValues: explicit.parameters.map { ($0.value, $0.role) })
        var used: Set<ValueID> = []
        list = zip(graph.nodes, explicit.nodes).map { node, full in
            var counts: [Parameter.Role: Int] = [:]
            for operand in full.operands {
                guard let role = roles[operand], used.insert(operand).inserted else { continue }
                counts[role, default: 0] += explicit[operand].type.sampleElements ?? 0
            }
            let results = node.results.map { graph[$0] }
            return Layer(
                node: node, results: results, parameters: counts[.trained] ?? 0, statistics: counts[.statistic] ?? 0,
                multiplyAdds: explicit.multiplyAdds(of: full), derivations: Self.derivations(results))
        }
    }

    var parameters: Int { list.reduce(0) { $0 + $1.parameters } }
    var statistics: Int { list.reduce(0) { $0 + $1.statistics } }
    var multiplyAdds: Int { list.reduce(0) { $0.addingSaturated($1.multiplyAdds) } }

    /// Each derivation once: rows and columns often come alike.
    private static func derivations(_ results: [Value]) -> [String] {
        var texts: [String] = []
        for value in results {
            for (dimension, derivation) in zip(value.type.dimensions, value.derivations) {
                guard let derivation else { continue }
                let text = "\(dimension) = \(derivation)"
                if !texts.contains(text) { texts.append(text) }
            }
        }
        return texts
    }
}

extension Int {
    /// The sum, or the largest number where that is too large.
    fileprivate func addingSaturated(_ other: Int) -> Int {
        let (sum, isOverflow) = addingReportingOverflow(other)
        return isOverflow ? .max : sum
    }
}

extension Node {
    /// `conv2d(filters: 16, kernel: [3, 3])`: the operator with its attributes.
    var operatorText: String {
        let attributes = operation.attributes.map(\.description).joined(separator: ", ")
        return attributes.isEmpty ? operation.name : "\(operation.name)(\(attributes))"
    }
}
