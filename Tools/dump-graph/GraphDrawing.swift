import ApusCommandLine
import ApusGraph
import ApusReport
import ApusToolSupport

/// A graph in the language of Graphviz: `dump-graph --format dot X | dot -Tsvg > X.svg`.
struct GraphDrawing {
    private let graph: Graph
    private let layers: Layers

    init(_ graph: Graph, file: String) throws(ToolError) {
        self.graph = graph
        layers = try Layers(graph, file: file)
    }

    /// Pale fills that stay apart for readers who don't see all colors, after Okabe and Ito, "Color Universal Design"
    /// (2008).
    private enum Fill: String {
        case outside = "#FFFFFF"
        case trained = "#CDE6F7"
        case elementwise = "#FCE8C4"
        case other = "#D3EFE4"
    }

    var text: String {
        var lines = [
            "digraph \(quoted(graph.name)) {",
            "    graph [rankdir=TB, nodesep=0.3, ranksep=0.35, fontname=\"Helvetica\"]",
            "    node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11, margin=\"0.15,0.08\"]",
            "    edge [fontname=\"Helvetica\", fontsize=9, color=\"#555555\", fontcolor=\"#555555\", arrowsize=0.7]",
        ]
        for input in graph.inputs {
            lines.append(node("value\(input.index)", ["input", graph[input].name], .outside))
        }
        for (index, layer) in layers.list.enumerated() {
            lines.append(node("node\(index)", label(layer), fill(layer)))
        }
        lines += edges
        let roles = [("output", graph.outputs.map { ($0, graph[$0].name) })] + assignments
        for (role, values) in roles {
            for (number, (value, name)) in values.enumerated() {
                lines.append(node("\(role)\(number)", [role, name], .outside))
                lines.append(edge(from: value, to: "\(role)\(number)"))
            }
        }
        lines.append("}")
        return lines.joined(separator: "\n")
    }

    private var assignments: [(String, [(ValueID, String)])] {
        [("gradient", graph.gradients), ("update", graph.updates)].map { role, list in
            (role, list.map { ($0.value, graph[$0.target].name) })
        }
    }

    /// Parameters and constants are drawn inside of the operators that use them: edges are for what flows.
    private var edges: [String] {
        graph.nodes.enumerated().flatMap { index, node in
            node.operands.filter { !isStored($0) }.map { edge(from: $0, to: "node\(index)") }
        }
    }

    private func isStored(_ value: ValueID) -> Bool { producers[value.index] == nil && !graph.inputs.contains(value) }

    private var producers: [Int?] { graph.producers() }

    private func edge(from value: ValueID, to target: String) -> String {
        let source = producers[value.index].map { "node\($0)" } ?? "value\(value.index)"
        return "    \(source) -> \(target) [label=\(quoted(" \(graph[value].type)"))]"
    }

    private func label(_ layer: Layer) -> [String] {
        var lines = [layer.name, layer.node.operation.name]
        let attributes = layer.node.operation.attributes.map(\.description)
        // Three to a line keeps boxes narrow.
        for start in stride(from: 0, to: attributes.count, by: 3) {
            lines.append(attributes[start..<min(start + 3, attributes.count)].joined(separator: ", "))
        }
        if layer.parameters + layer.statistics > 0 {
            lines.append("\(formatCount(layer.parameters + layer.statistics)) parameters")
        }
        return lines
    }

    private func fill(_ layer: Layer) -> Fill {
        if layer.parameters > 0 { return .trained }
        return layer.node.operation.expression == nil ? .other : .elementwise
    }

    private func node(_ identifier: String, _ lines: [String], _ fill: Fill) -> String {
        "    \(identifier) [label=\(quoted(lines.joined(separator: "\n"))), fillcolor=\"\(fill.rawValue)\"]"
    }

    /// A string of Graphviz.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
