import ApusCommandLine
import ApusGraph
import ApusReport
import ApusToolSupport
import Glibc

/// The layer summary: a line for each input and operator, and the totals.
struct LayerTable {
    private let graph: Graph
    private let layers: Layers
    private let terminal = Terminal(descriptor: STDOUT_FILENO)

    init(_ graph: Graph, file: String) throws(ToolError) {
        self.graph = graph
        layers = try Layers(graph, file: file)
    }

    var text: String {
        var table = Table([.left, .left, .left, .right, .right, .left])
        table.add("value", "operator", "output", "parameters", "multiply-adds", "derived")
        for input in graph.inputs { table.add(graph[input].name, "input", "\(graph[input].type)") }
        for layer in layers.list {
            table.add(
                layer.name, layer.node.operatorText, layer.results.map { "\($0.type)" }.joined(separator: ", "),
                count(layer.parameters + layer.statistics), count(layer.multiplyAdds),
                layer.derivations.joined(separator: "; "))
        }
        table.add("total", "", "", formatCount(layers.parameters + layers.statistics), formatCount(layers.multiplyAdds))
        var lines = table.lines
        lines[0] = terminal.styled(lines[0], .bold)
        lines[lines.count - 1] = terminal.styled(lines[lines.count - 1], .bold)
        return ([terminal.styled(graph.name, .bold), ""] + lines + notes).joined(separator: "\n")
    }

    private func count(_ number: Int) -> String { number == 0 ? "" : formatCount(number) }

    private var notes: [String] {
        var notes = ["", "Multiply-adds are those of one sample."]
        if layers.statistics > 0 {
            notes.append("\(formatCount(layers.statistics)) of the parameters are statistics, which are not trained.")
        }
        return notes
    }
}
