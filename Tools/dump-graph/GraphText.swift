import ApusCommandLine
import ApusGraph

/// A graph in the language, with styles where a terminal shows them.
struct GraphText {
    private let graph: Graph
    private let terminal: Terminal

    init(_ graph: Graph, terminal: Terminal) {
        self.graph = graph
        self.terminal = terminal
    }

    /// Without a line end at its end.
    var text: String {
        var lines = graph.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines.map { terminal.hasColor ? styled($0) : $0 }.joined(separator: "\n")
    }

    private static let keywords: Set<String> = [
        "model", "input", "parameter", "statistic", "constant", "output", "gradient", "update",
    ]

    /// Keywords in cyan, types dim, operators bold: lines are short and of one form, so that words tell all.
    private func styled(_ line: String) -> String {
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if let first = words.first, Self.keywords.contains(first) { words[0] = terminal.styled(first, .cyan) }
        if let equals = words.firstIndex(of: "="), equals + 1 < words.count {
            let parts = words[equals + 1].split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { words[equals + 1] = terminal.styled(String(parts[0]), .bold) + "(" + parts[1] }
        }
        let text = words.joined(separator: " ")
        guard let colon = text.firstRange(of: ": "), let end = text[colon.upperBound...].firstIndex(of: "]") else {
            return text
        }
        let type = text[colon.upperBound...end]
        return text[..<colon.upperBound] + terminal.styled(String(type), .green) + text[text.index(after: end)...]
    }
}
