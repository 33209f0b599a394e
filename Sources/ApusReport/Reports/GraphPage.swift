package import ApusGraph

/// A graph to read: `dump-graph --html`.
package struct GraphPage: Sendable {
    package var graph: Graph
    package var layers: Layers
    package var subtitle: String

    package init(_ graph: Graph, layers: Layers, subtitle: String) {
        self.graph = graph
        self.layers = layers
        self.subtitle = subtitle
    }

    /// The page.
    package var page: Page {
        let figures = Parts.figures([
            ("operators", Parts.count(layers.list.count), ""),
            (
                "parameters", Parts.count(layers.parameters),
                layers.statistics > 0 ? "\(Parts.count(layers.statistics)) statistics beside them" : ""
            ),
            ("multiply-adds", Parts.count(layers.multiplyAdds), "for a sample"),
        ])
        var graphSection = GraphSection(graph, layers: layers).section
        graphSection.note = "From the top down. A box says more where a pointer rests on it."
        return Page(
            title: graph.name, kind: "Graph", subtitle: subtitle,
            sections: [
                Page.Section("overview", "Overview", [figures]), graphSection,
                Page.Section(
                    "layers", "Layers", note: "Each opens. Sizes that are underlined were derived: they say how.",
                    [HTML("div", ["class": "layers"], layers.list.map(layer))]),
            ])
    }

    private func layer(_ layer: Layer) -> HTML {
        let operands = layer.node.operands.map { graph[$0].name }.joined(separator: ", ")
        var facts: [(String, HTML)] = [("operator", HTML("code", [:], layer.node.operatorText))]
        if !operands.isEmpty { facts.append(("of", .text(operands))) }
        for value in layer.results { facts.append((layer.results.count > 1 ? value.name : "result", type(value))) }
        if !layer.derivations.isEmpty {
            facts.append(("derived", .pieces(layer.derivations.flatMap { [.text($0), HTML("br", [:])] }.dropLast())))
        }
        if layer.parameters + layer.statistics > 0 {
            facts.append(("parameters", .text(Parts.count(layer.parameters + layer.statistics))))
        }
        if layer.multiplyAdds > 0 { facts.append(("multiply-adds", .text(Parts.count(layer.multiplyAdds)))) }
        let summary = HTML(
            "summary", [:],
            [
                HTML("strong", [:], layer.name),
                HTML(
                    "span", ["class": "note"],
                    layer.node.operation.name + "  " + (layer.results.first.map { "\($0.type)" } ?? "")),
            ])
        let list = facts.flatMap { [HTML("dt", [:], $0.0), HTML("dd", [:], [$0.1])] }
        return HTML("details", ["class": "layer"], [summary, HTML("dl", [:], list)])
    }

    /// A type whose derived sizes say where they come from.
    private func type(_ value: Value) -> HTML {
        var pieces: [HTML] = [.text("\(value.type.elementType.rawValue)[")]
        for (index, dimension) in value.type.dimensions.enumerated() {
            if index > 0 { pieces.append(", ") }
            let derivation = index < value.derivations.count ? value.derivations[index] : nil
            pieces.append(
                derivation.map { HTML("abbr", ["title": "\(dimension) = \($0)"], "\(dimension)") }
                    ?? .text("\(dimension)"))
        }
        return .pieces(pieces + ["]"])
    }
}
