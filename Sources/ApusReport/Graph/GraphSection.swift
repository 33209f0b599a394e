package import ApusGraph
import ApusText

/// A graph on a page: drawn, and as a table of what each layer costs.
package struct GraphSection: Sendable {
    let graph: Graph
    let layers: Layers
    let times: LayerTimes?

    /// - Parameter times: what the layers cost, where that was measured.
    package init(_ graph: Graph, layers: Layers, times: LayerTimes? = nil) {
        self.graph = graph
        self.layers = layers
        self.times = times
    }

    /// The section.
    package var section: Page.Section {
        let computed = ComputedLayers(graph, times)
        let time = times.map { times in
            " Time is that of \(Parts.count(times.samples)) samples on this machine, all threads together; bytes are those that a further "
                + "sample has read and written. What one instruction computes together is one box; the stronger its colour, the more of the time it takes."
        }
        return Page.Section(
            "graph", "Graph",
            note: "\(Parts.count(layers.parameters + layers.statistics)) parameters, "
                + "\(Parts.count(layers.multiplyAdds)) multiply-adds for a sample." + (time ?? ""),
            drawing(computed) + (times == nil ? [] : [HTML("h3", [:], "Layers"), table(computed)]))
    }

    /// The drawing; empty where there are too many boxes to be read.
    func drawing(_ computed: ComputedLayers) -> [HTML] {
        guard computed.groups.count + graph.inputs.count <= GraphPicture.maximumBoxes else {
            return [HTML("p", ["class": "note"], "It has too many layers to be drawn.")]
        }
        let inputs = graph.inputs.map { input in
            GraphPicture.Box(
                title: graph[input].name, detail: "input \(graph[input].type)", tooltip: "\(graph[input].type)",
                isPort: true)
        }
        let outputs = graph.outputs.map { output in
            GraphPicture.Box(
                title: graph[output].name, detail: "output \(graph[output].type)", tooltip: "\(graph[output].type)",
                isPort: true)
        }
        let first = inputs.count
        let producers = graph.producers()
        var sources: [Int: Int] = [:]
        for (index, input) in graph.inputs.enumerated() { sources[input.index] = index }
        for (value, producer) in producers.enumerated() {
            if let producer { sources[value] = first + computed.groupOf[producer] }
        }
        var edges: [GraphPicture.Edge] = []
        var known: Set<[Int]> = []
        func connect(_ value: ValueID, to box: Int) {
            guard let source = sources[value.index], source != box, known.insert([source, box]).inserted else { return }
            edges.append(GraphPicture.Edge(from: source, to: box, label: "\(graph[value].type)"))
        }
        for (group, members) in computed.groups.enumerated() {
            for member in members.members {
                for operand in graph.nodes[member].operands { connect(operand, to: first + group) }
            }
        }
        let firstOutput = first + computed.groups.count
        for (index, output) in graph.outputs.enumerated() { connect(output, to: firstOutput + index) }
        let picture = GraphPicture(boxes: inputs + computed.groups.map(box) + outputs, edges: edges)
        let label = "The graph of \(graph.name): \(layers.list.count) operators, which are listed below."
        return [Parts.scrollable("Drawing of the graph", isDrawing: true, picture.html(label))]
    }

    private func box(_ group: ComputedLayers.Group) -> GraphPicture.Box {
        let members = group.members.map { layers.list[$0] }
        let cost = group.cost.map { cost in
            "\(Self.time(cost.seconds)) · \(Parts.percent(self.share(cost)).replacing(".00", with: "")) · "
                + "\(Self.bytes(cost.bytes))"
        }
        let part = group.cost.map { share($0) } ?? 0
        return GraphPicture.Box(
            title: members.map(\.name).joined(separator: " · "),
            detail: members.map { members.count == 1 ? $0.node.operatorText : $0.node.operation.name }
                .joined(separator: " · "), cost: cost ?? "",
            tooltip: members.map(Self.description).joined(separator: "\n"),
            heat: group.cost == nil ? 0 : max(1, min(8, Int((8 * part.squareRoot()).rounded()))))
    }

    private func share(_ cost: LayerTimes.Cost) -> Double {
        guard let times, times.seconds > 0 else { return 0 }
        return cost.seconds / times.seconds
    }

    private static func description(_ layer: Layer) -> String {
        let derived = layer.derivations.isEmpty ? "" : "; " + layer.derivations.joined(separator: "; ")
        return "\(layer.name) = \(layer.node.operatorText): "
            + layer.results.map { "\($0.type)" }.joined(separator: ", ") + derived
    }

    private func table(_ computed: ComputedLayers) -> HTML {
        let rows = computed.groups.prefix(Self.maximumRows).map { group -> [HTML] in
            let members = group.members.map { layers.list[$0] }
            let parameters = members.reduce(0) { $0 + $1.parameters + $1.statistics }
            let work = members.reduce(0) { $0 + $1.multiplyAdds }
            return [
                .text(members.map(\.name).joined(separator: " · ")),
                .text(members.map(\.node.operation.name).joined(separator: " · ")),
                .text(members.last?.results.first.map { "\($0.type)" } ?? ""),
                .text(parameters == 0 ? "" : Parts.count(parameters)), .text(work == 0 ? "" : Parts.count(work)),
                .text(group.cost.map { formatDecimal($0.seconds * 1e6, digits: 2) } ?? ""),
                .text(group.cost.map { Parts.percent(share($0)) } ?? ""),
                .text(group.cost.map { Parts.count(Int($0.bytes)) } ?? ""),
            ]
        }
        return Parts.table(
            "What the layers cost for a sample",
            [
                .init("layers"), .init("operators"), .init("result"), .init("parameters", isNumber: true),
                .init("multiply-adds", isNumber: true), .init("µs", isNumber: true),
                .init("of the time", isNumber: true),
                .init("bytes", isNumber: true),
            ], rows, isSortable: true)
    }

    private static let maximumRows = 500

    static func time(_ seconds: Double) -> String {
        seconds >= 1e-3
            ? "\(formatDecimal(seconds * 1e3, digits: 2)) ms" : "\(formatDecimal(seconds * 1e6, digits: 2)) µs"
    }

    static func bytes(_ count: Double) -> String {
        count < 1024
            ? "\(Int(count)) B"
            : count < 1_048_576
                ? "\(formatDecimal(count / 1024, digits: 1)) KiB" : "\(formatDecimal(count / 1_048_576, digits: 1)) MiB"
    }
}
