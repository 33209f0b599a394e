import ApusCompiler
package import ApusGraph

/// What an operator of a graph costs and where its shapes come from.
package struct Layer: Sendable {
    package var node: Node
    /// Its results, without those that only explain the others.
    package var results: [Value]
    /// Elements of trained parameters that it is the first to use, its own that the text leaves out included.
    package var parameters: Int
    /// As ``parameters``, of statistics.
    package var statistics: Int
    /// For one sample.
    package var multiplyAdds: Int
    /// `288 = 32 × 3 × 3`, for each number that was derived.
    package var derivations: [String]

    package var name: String { results.first?.name ?? "" }
}

/// The operators of a graph, and what they cost together.
package struct Layers: Sendable {
    package let list: [Layer]

    /// - Parameter explicit: the same graph with every parameter a value, which alone says all of them. It has the same nodes, in the
    ///   same order.
    package init(_ graph: Graph, explicit: Graph) {
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

    package var parameters: Int { list.reduce(0) { $0 + $1.parameters } }
    package var statistics: Int { list.reduce(0) { $0 + $1.statistics } }
    package var multiplyAdds: Int { list.reduce(0) { $0.addingSaturated($1.multiplyAdds) } }

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
    package var operatorText: String {
        let attributes = operation.attributes.map(\.description).joined(separator: ", ")
        return attributes.isEmpty ? operation.name : "\(operation.name)(\(attributes))"
    }
}
