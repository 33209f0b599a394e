/// Curves over epochs, drawn by shapes and text alone, with their numbers in a table beneath.
package struct LineChart: Sendable {
    package var title: String
    /// What places are, in the singular: `epoch`.
    package var axis: String
    package var series: [Series]
    /// Whether the scale of values may be logarithmic.
    package var mayBeLogarithmic: Bool
    /// How values are written.
    package var format: @Sendable (Double) -> String

    package init(
        _ title: String, axis: String = "epoch", _ series: [Series], mayBeLogarithmic: Bool = false,
        format: @escaping @Sendable (Double) -> String = { Parts.number($0) }
    ) {
        self.title = title
        self.axis = axis
        self.series = series.filter { !$0.points.isEmpty }.map { $0.thinned(to: Self.maximumPoints) }
        self.mayBeLogarithmic = mayBeLogarithmic
        self.format = format
    }

    /// Points of a curve that are drawn, and rows of the table.
    static let maximumPoints = 300
    // In the units of the drawing.
    static let width = 440.0
    static let height = 250.0
    static let left = 52.0
    static let right = 304.0
    static let top = 14.0
    static let bottom = 212.0
    /// Between the lines of labels.
    private static let lineHeight = 15.0

    /// The chart; empty where no curve has a point.
    package var html: HTML {
        guard !series.isEmpty else { return [] }
        let all = series.flatMap(\.points)
        let places = Scale(all.map(\.place), isTight: true)
        let values = Scale(all.map(\.value), mayBeLogarithmic: mayBeLogarithmic)
        return HTML(
            "figure", ["class": "chart"],
            [
                HTML("figcaption", [:], title),
                HTML(
                    "div",
                    [
                        "class": "plot", "data-low": "\(places.low)", "data-high": "\(places.high)",
                        "data-left": Parts.coordinate(Self.left / Self.width),
                        "data-right": Parts.coordinate(Self.right / Self.width),
                    ],
                    [
                        HTML(
                            "svg",
                            [
                                "viewBox": "0 0 \(Parts.coordinate(Self.width)) \(Parts.coordinate(Self.height))",
                                "role": "img", "aria-label": summary,
                            ],
                            grid(places, values) + curves(places, values) + labels(values))
                    ]),
                Parts.details("Numbers", [table]),
            ])
    }

    /// What the curves show, for those who don't see them.
    package var summary: String {
        let curves = series.map { series in
            let first = series.points[0].value
            let last = series.points[series.points.count - 1].value
            return "\(series.name) \(format(first))" + (series.points.count > 1 ? " to \(format(last))" : "")
        }
        return "\(title) by \(axis): \(curves.joined(separator: "; "))."
    }

    private static func x(_ place: Double, _ scale: Scale) -> Double { left + (right - left) * scale.part(place) }
    private static func y(_ value: Double, _ scale: Scale) -> Double { bottom - (bottom - top) * scale.part(value) }

    private func grid(_ places: Scale, _ values: Scale) -> [HTML] {
        let lines = values.ticks.flatMap { tick -> [HTML] in
            let y = Parts.coordinate(Self.y(tick, values))
            let path = "M\(Parts.coordinate(Self.left)) \(y)H\(Parts.coordinate(Self.right))"
            return [
                HTML("path", ["class": "grid", "d": path]),
                HTML(
                    "text",
                    [
                        "class": "tick", "x": Parts.coordinate(Self.left - 8), "y": y, "dy": ".35em",
                        "text-anchor": "end",
                    ],
                    Parts.shortened(format(tick))),
            ]
        }
        let marks = wholePlaces(places).map { tick in
            HTML(
                "text",
                [
                    "class": "tick", "x": Parts.coordinate(Self.x(tick, places)),
                    "y": Parts.coordinate(Self.bottom + 18),
                    "text-anchor": "middle",
                ], Parts.coordinate(tick))
        }
        let name = HTML(
            "text",
            [
                "class": "tick", "x": Parts.coordinate((Self.left + Self.right) / 2),
                "y": Parts.coordinate(Self.bottom + 34), "text-anchor": "middle",
            ], axis)
        return lines + marks + [name]
    }

    /// Marks of the axis of places: whole numbers, where there are any.
    private func wholePlaces(_ scale: Scale) -> [Double] {
        let whole = scale.ticks.filter { $0 == $0.rounded() }
        if !whole.isEmpty { return whole }
        return scale.low.rounded() == scale.low
            ? [scale.low] + (scale.high > scale.low ? [scale.high] : []) : scale.ticks
    }

    private func curves(_ places: Scale, _ values: Scale) -> [HTML] {
        series.enumerated().flatMap { index, series -> [HTML] in
            let points = series.points.map { (Self.x($0.place, places), Self.y($0.value, values)) }
            let path = points.enumerated().map { number, point in
                "\(number == 0 ? "M" : "L")\(Parts.coordinate(point.0)) \(Parts.coordinate(point.1))"
            }
            let line = HTML("path", ["class": "line s\(index % 8)", "d": path.joined()])
            // Few points are seen as such; of many the last.
            let marked = points.count <= 40 ? points[...] : points.suffix(1)
            let dots = marked.map { point in
                HTML(
                    "circle",
                    [
                        "class": "dot s\(index % 8)", "cx": Parts.coordinate(point.0), "cy": Parts.coordinate(point.1),
                        "r": "2.2",
                    ])
            }
            return [line] + dots
        }
    }

    /// The curves' names at their ends, none on another.
    private func labels(_ values: Scale) -> [HTML] {
        let ends = series.enumerated().map { index, series in
            (index: index, y: Self.y(series.points[series.points.count - 1].value, values))
        }.sorted { ($0.y, $0.index) < ($1.y, $1.index) }
        let heights = Self.apart(ends.map(\.y))
        return zip(ends, heights).map { end, height in
            let series = series[end.index]
            let value = format(series.points[series.points.count - 1].value)
            let room = 17 - value.count
            let name = series.name.count > room ? String(series.name.prefix(max(3, room - 1))) + "…" : series.name
            return HTML(
                "text",
                [
                    "class": "label s\(end.index % 8)", "x": Parts.coordinate(Self.right + 8),
                    "y": Parts.coordinate(height), "dy": ".35em",
                ], "\(name) \(value)")
        }
    }

    /// Heights from the top down, moved as little as needed to be a line apart.
    static func apart(_ heights: [Double]) -> [Double] {
        var moved = heights
        for index in moved.indices.dropFirst() { moved[index] = max(moved[index], moved[index - 1] + lineHeight) }
        // What was pushed out at the bottom goes back up, as far as there is room.
        var limit = bottom
        for index in moved.indices.reversed() {
            moved[index] = min(moved[index], limit)
            limit = moved[index] - lineHeight
        }
        return moved
    }

    private var table: HTML {
        let places = Set(series.flatMap { $0.points.map(\.place) }).sorted()
        let values = series.map { series in Dictionary(series.points.map { ($0.place, $0.value) }) { $1 } }
        let step = max(1, (places.count + Self.maximumPoints - 1) / Self.maximumPoints)
        let shown = places.indices.filter { $0 % step == 0 || $0 == places.count - 1 }
        return Parts.table(
            "\(title) by \(axis)",
            [.init(axis, isNumber: true)] + series.map { .init($0.name, isNumber: true) },
            shown.map { index in
                [.text(Self.place(places[index]))]
                    + values.map { .text($0[places[index]].map { format($0) } ?? "") }
            })
    }

    /// `3`, or `2.25` within an epoch.
    private static func place(_ place: Double) -> String { Parts.coordinate(place) }
}
