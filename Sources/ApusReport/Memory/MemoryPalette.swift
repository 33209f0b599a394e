/// The colours of an arena's drawing. Eight hues that stay apart for readers who don't see all colours, after Okabe and Ito, "Color
/// Universal Design" (2008): pale on a light page and deep on a dark one, so that the ink is easy to read on them.
struct MemoryPalette {
    var page: String
    var ink: String
    var soft: String
    var grid: String
    var mark: String
    var blocks: [String]

    static let light = MemoryPalette(
        page: "#ffffff", ink: "#1c2733", soft: "#5c6b7a", grid: "#e3e8ed", mark: "#b3261e",
        blocks: ["#a9d5f2", "#f7d08a", "#94d9c2", "#f3b59b", "#c3c6f0", "#efb7d3", "#e9e08a", "#c4ced8"])
    static let dark = MemoryPalette(
        page: "#12181f", ink: "#eef2f6", soft: "#9fadba", grid: "#2a343f", mark: "#ff8a80",
        blocks: ["#1f5f8b", "#7d5a12", "#17695a", "#8a4526", "#4a4d94", "#7d3c5f", "#635d17", "#46525e"])

    /// Written out, because not every program that shows SVG knows the variables of CSS.
    private var rules: String {
        let fills = blocks.enumerated().map { ".memory .c\($0) { fill: \($1) }" }.joined(separator: " ")
        return """
            .memory .page { fill: \(page) } .memory text { fill: \(ink) } .memory .note, .memory .scale { fill: \(soft) }
            .memory .grid { stroke: \(grid) } .memory .block { stroke: \(page) } .memory .live { stroke: \(ink) }
            .memory .bound { stroke: \(mark) } .memory .mark { fill: \(mark) }
            \(fills)
            """
    }

    /// The styles of a drawing.
    static let style = """

        .memory text { font: 11px system-ui, "DejaVu Sans", sans-serif }
        .memory .heading { font-size: 16px; font-weight: 600 }
        .memory .block { stroke-width: 1.5 }
        .memory .size { fill-opacity: .75; font-size: 10px }
        .memory .mark { font-weight: 600 }
        .memory .grid, .memory .live, .memory .bound { fill: none }
        .memory .live { stroke-opacity: .55; stroke-width: 1.25; stroke-dasharray: 2 3 }
        .memory .bound { stroke-width: 1.5; stroke-dasharray: 7 4 }
        \(light.rules)
        @media (prefers-color-scheme: dark) {
        \(dark.rules)
        }

        """
}
