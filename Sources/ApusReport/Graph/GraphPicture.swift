/// A graph as boxes and lines between them.
struct GraphPicture {
    struct Box {
        var title: String
        var detail: String
        /// A third line; may be empty.
        var cost = ""
        /// What is said of it where a pointer rests on it.
        var tooltip: String
        /// From 0 to 8: how much of the time it takes.
        var heat = 0
        /// Whether it is an input or an output.
        var isPort = false
    }

    struct Edge {
        var from: Int
        var to: Int
        /// What flows: a type.
        var label: String
    }

    let boxes: [Box]
    let edges: [Edge]

    /// More boxes nobody reads, and a page stays small.
    static let maximumBoxes = 260

    private static let rowHeight = 84.0
    private static let lineHeight = 15.0
    /// Room beside the boxes, and where lines pass others.
    private static let margin = 2.0
    private static let room = 64.0

    /// - Parameter label: what is to be seen, for those who don't see it.
    func html(_ label: String) -> HTML {
        let layout = GraphLayout(count: boxes.count, edges: edges.map { ($0.from, $0.to) })
        let height = Double(layout.rows) * Self.rowHeight
        let hasPassing = edges.contains { passesOthers($0, layout) }
        let width = layout.width + 2 * Self.margin + (hasPassing ? Self.room : 0)
        var shapes: [HTML] = []
        for edge in edges { shapes += line(edge, layout) }
        for (index, box) in boxes.enumerated() { shapes.append(drawing(box, layout.places[index])) }
        return HTML(
            "svg",
            [
                "class": "graph", "role": "img", "aria-label": label,
                "viewBox": "0 0 \(Parts.coordinate(width)) \(Parts.coordinate(height))",
                "width": Parts.coordinate(width), "height": Parts.coordinate(height),
            ], shapes)
    }

    private func boxHeight(_ box: Box) -> Double { box.cost.isEmpty ? 42 : 56 }

    private func top(_ box: Box, _ place: GraphLayout.Place) -> Double {
        Double(place.row) * Self.rowHeight + (Self.rowHeight - boxHeight(box)) / 2
    }

    private func drawing(_ box: Box, _ place: GraphLayout.Place) -> HTML {
        let (x, y) = (place.middle + Self.margin - GraphLayout.boxWidth / 2, top(box, place))
        func text(_ style: String, _ words: String, _ line: Double) -> HTML {
            HTML(
                "text",
                [
                    "class": style, "x": Parts.coordinate(x + 12),
                    "y": Parts.coordinate(y + 18 + line * Self.lineHeight),
                ], Self.shortened(words, style == "name" ? 32 : 38))
        }
        return HTML(
            "g", [:],
            [
                HTML("title", [:], box.tooltip),
                HTML(
                    "rect",
                    [
                        "class": box.isPort ? "box port" : "box f\(box.heat)", "x": Parts.coordinate(x),
                        "y": Parts.coordinate(y), "width": Parts.coordinate(GraphLayout.boxWidth),
                        "height": Parts.coordinate(boxHeight(box)), "rx": box.isPort ? "21" : "6",
                    ]), text("name", box.title, 0), text("detail", box.detail, 1),
            ] + (box.cost.isEmpty ? [] : [text("cost", box.cost, 2)]))
    }

    private func line(_ edge: Edge, _ layout: GraphLayout) -> [HTML] {
        let (from, to) = (layout.places[edge.from], layout.places[edge.to])
        let start = (x: from.middle + Self.margin, y: top(boxes[edge.from], from) + boxHeight(boxes[edge.from]))
        let end = (x: to.middle + Self.margin, y: top(boxes[edge.to], to))
        let path: String
        let passesOthers = passesOthers(edge, layout)
        if passesOthers {
            // Along the boxes' right edges, the farther out the longer it is.
            let out = min(Self.room - 6, 18 + 6 * Double(to.row - from.row))
            let (x1, y1) = (start.x + GraphLayout.boxWidth / 2, start.y - boxHeight(boxes[edge.from]) / 2)
            let (x2, y2) = (end.x + GraphLayout.boxWidth / 2, end.y + boxHeight(boxes[edge.to]) / 2)
            let side = max(x1, x2) + out
            path =
                "M\(point(x1, y1))C\(point(side, y1)) \(point(side, y1)) \(point(side, y1 + 28))"
                + "L\(point(side, y2 - 28))C\(point(side, y2)) \(point(side, y2)) \(point(x2, y2))"
        } else {
            let bend = (end.y - start.y) / 2
            path =
                "M\(point(start.x, start.y))C\(point(start.x, start.y + bend)) "
                + "\(point(end.x, end.y - bend)) \(point(end.x, end.y))"
        }
        let isStraight = !passesOthers && abs(start.x - end.x) < 1 && !edge.label.isEmpty
        return [HTML("path", ["class": "edge", "d": path])]
            + (isStraight
                ? [
                    HTML(
                        "text",
                        [
                            "class": "type", "x": Parts.coordinate(start.x + 8),
                            "y": Parts.coordinate((start.y + end.y) / 2), "dy": ".35em",
                        ], Self.shortened(edge.label, 34))
                ] : [])
    }

    /// Whether a straight line would run over other boxes.
    private func passesOthers(_ edge: Edge, _ layout: GraphLayout) -> Bool {
        let (from, to) = (layout.places[edge.from], layout.places[edge.to])
        return layout.places.contains { place in
            place.row > from.row && place.row < to.row
                && abs(place.middle - from.middle) < GraphLayout.boxWidth
                && abs(place.middle - to.middle) < GraphLayout.boxWidth
        }
    }

    private func point(_ x: Double, _ y: Double) -> String { "\(Parts.coordinate(x)) \(Parts.coordinate(y))" }

    private static func shortened(_ words: String, _ count: Int) -> String {
        words.count > count ? String(words.prefix(count - 1)) + "…" : words
    }
}
