extension MemoryDrawing {
    /// Where the image lies on the page, in pixels.
    private struct Frame {
        var left = 76.0
        var top = 66.0
        var width = 860.0
        var height = 380.0
        /// Pixels of an instruction and of a byte.
        var perInstruction: Double
        var perByte: Double

        init(duration: Int, bytes: Int) {
            perInstruction = width / Double(duration)
            perByte = height / Double(max(1, bytes))
        }

        func x(_ instruction: Int) -> Double { left + Double(instruction) * perInstruction }
        func y(_ offset: Int) -> Double { top + height - Double(offset) * perByte }
    }

    /// The arena as an image for a browser. It follows the reader's choice of light or dark; each buffer has a tooltip.
    func svg() -> String {
        let frame = Frame(duration: duration, bytes: max(arenaBytes, bound))
        let bottom = frame.top + frame.height
        let labels = instructionLabels(frame)
        let pageHeight = bottom + (labels.isEmpty ? 62 : 118)
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 \(number(pageHeight))\" "
                + "role=\"img\" aria-labelledby=\"title summary\">",
            "<title id=\"title\">\(escaped(title))</title>",
            "<desc id=\"summary\">\(escaped(summary))</desc>",
            "<style>\(Self.style)</style>",
            "<rect class=\"page\" width=\"960\" height=\"\(number(pageHeight))\"/>",
            "<text class=\"heading\" x=\"\(number(frame.left))\" y=\"28\">\(escaped(title))</text>",
            "<text class=\"note\" x=\"\(number(frame.left))\" y=\"47\">\(escaped(summary))</text>",
            "<text class=\"note\" text-anchor=\"end\" x=\"\(number(frame.left + frame.width))\" y=\"28\">"
                + "dotted: bytes live</text>",
        ]
        lines += byteScale(frame)
        lines += zip(blocks, colours).map { drawing(of: $0, colour: $1, frame) }
        lines += liveLine(frame)
        lines += boundLine(frame)
        lines += labels.isEmpty ? instructionScale(frame) : labels
        lines.append(
            "<text class=\"note\" text-anchor=\"middle\" x=\"\(number(frame.left + frame.width / 2))\" "
                + "y=\"\(number(pageHeight - 14))\">instruction</text>")
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The colours of a page. Eight hues that stay apart for readers who don't see all colours, after Okabe and Ito,
    /// "Color Universal Design" (2008): pale on a light page and deep on a dark one, so that the ink is easy to read on
    /// them.
    private struct Palette {
        var page: String
        var ink: String
        var soft: String
        var grid: String
        var mark: String
        var blocks: [String]

        static let light = Palette(
            page: "#ffffff", ink: "#1c2733", soft: "#5c6b7a", grid: "#e3e8ed", mark: "#b3261e",
            blocks: ["#a9d5f2", "#f7d08a", "#94d9c2", "#f3b59b", "#c3c6f0", "#efb7d3", "#e9e08a", "#c4ced8"])
        static let dark = Palette(
            page: "#12181f", ink: "#eef2f6", soft: "#9fadba", grid: "#2a343f", mark: "#ff8a80",
            blocks: ["#1f5f8b", "#7d5a12", "#17695a", "#8a4526", "#4a4d94", "#7d3c5f", "#635d17", "#46525e"])

        /// Written out, because not every program that shows SVG knows the variables of CSS.
        var rules: String {
            let fills = blocks.enumerated().map { ".c\($0) { fill: \($1) }" }.joined(separator: " ")
            return """
                .page { fill: \(page) } text { fill: \(ink) } .note, .scale { fill: \(soft) }
                .grid { stroke: \(grid) } .block { stroke: \(page) } .live { stroke: \(ink) }
                .bound { stroke: \(mark) } .mark { fill: \(mark) }
                \(fills)
                """
        }
    }

    private static let style = """

        text { font: 11px system-ui, "DejaVu Sans", sans-serif }
        .heading { font-size: 16px; font-weight: 600 }
        .block { stroke-width: 1.5 }
        .size { fill-opacity: .75; font-size: 10px }
        .mark { font-weight: 600 }
        .grid, .live, .bound { fill: none }
        .live { stroke-opacity: .55; stroke-width: 1.25; stroke-dasharray: 2 3 }
        .bound { stroke-width: 1.5; stroke-dasharray: 7 4 }
        \(Palette.light.rules)
        @media (prefers-color-scheme: dark) {
        \(Palette.dark.rules)
        }

        """

    private func drawing(of block: Block, colour: Int, _ frame: Frame) -> String {
        let x = frame.x(block.firstUse)
        let y = frame.y(block.offset + block.size)
        let width = frame.x(block.lastUse + 1) - x
        let height = frame.y(block.offset) - y
        let tooltip =
            "\(block.name): \(bytes(block.size)) at \(Self.grouped(block.offset)), "
            + "instructions \(block.firstUse) to \(block.lastUse)"
        var text =
            "<g><title>\(escaped(tooltip))</title>"
            + "<rect class=\"\(height < 5 ? "" : "block ")c\(colour)\" rx=\"\(height < 5 ? 0 : 2)\" "
            + "x=\"\(number(x))\" y=\"\(number(y))\" "
            + "width=\"\(number(width))\" height=\"\(number(height))\"/>"
        let middle = y + height / 2
        let letters = Int((width - 8) / 6.2)
        if height >= 14, letters >= min(6, block.name.count) {
            let name =
                block.name.count <= letters ? block.name : String(block.name.prefix(max(1, letters - 1))) + "…"
            let size = bytes(block.size)
            let hasSize = height >= 30 && size.count <= letters
            text += label("label", name, x + width / 2, middle + (hasSize ? -2 : 4))
            if hasSize { text += label("size", size, x + width / 2, middle + 11) }
        }
        return text + "</g>"
    }

    /// A colour for each buffer that none of its neighbours has, as far as eight colours go.
    private var colours: [Int] {
        // Comparing all pairs is for drawings that someone can read.
        if blocks.count > 2_000 { return blocks.indices.map { $0 % 8 } }
        var colours: [Int] = []
        var uses = Array(repeating: 0, count: 8)
        for block in blocks {
            var isTaken = Array(repeating: 0, count: 8)
            for (other, colour) in zip(blocks, colours)
            where other.firstUse <= block.lastUse + 1 && block.firstUse <= other.lastUse + 1
                && other.offset <= block.offset + block.size && block.offset <= other.offset + other.size
            {
                isTaken[colour] += 1
            }
            let colour = (0..<8).min { (isTaken[$0], uses[$0], $0) < (isTaken[$1], uses[$1], $1) } ?? 0
            uses[colour] += 1
            colours.append(colour)
        }
        return colours
    }

    private func label(_ style: String, _ text: String, _ x: Double, _ y: Double) -> String {
        "<text class=\"\(style)\" text-anchor=\"middle\" x=\"\(number(x))\" y=\"\(number(y))\">\(escaped(text))</text>"
    }

    /// Lines at round numbers of bytes.
    private func byteScale(_ frame: Frame) -> [String] {
        let top = max(arenaBytes, bound)
        var step = 64
        while top / step > 6, step < Int.max / 4 { step *= 2 }
        return stride(from: 0, through: top, by: step).flatMap { offset in
            let y = frame.y(offset)
            return [
                "<path class=\"grid\" d=\"M\(number(frame.left)) \(number(y))h\(number(frame.width))\"/>",
                "<text class=\"scale\" text-anchor=\"end\" x=\"\(number(frame.left - 8))\" "
                    + "y=\"\(number(y + 4))\">\(Self.grouped(offset))</text>",
            ]
        }
    }

    private func instructionScale(_ frame: Frame) -> [String] {
        let step = max(1, (duration + 23) / 24)
        return stride(from: 0, to: duration, by: step).map { instruction in
            label(
                "scale", "\(instruction)", frame.x(instruction) + frame.perInstruction / 2,
                frame.top + frame.height + 18)
        }
    }

    /// The instructions' names, aslant, where there is room for them.
    private func instructionLabels(_ frame: Frame) -> [String] {
        guard frame.perInstruction >= 15, instructions.count >= duration else { return [] }
        return (0..<duration).map { instruction in
            let x = number(frame.x(instruction) + frame.perInstruction / 2 + 3)
            let y = number(frame.top + frame.height + 16)
            let name = instructions[instruction]
            let short = name.count <= 15 ? name : String(name.prefix(14)) + "…"
            return
                "<text class=\"scale\" text-anchor=\"end\" transform=\"rotate(-40 \(x) \(y))\" x=\"\(x)\" y=\"\(y)\">"
                + "\(instruction) \(escaped(short))</text>"
        }
    }

    /// How many bytes are live, as a staircase on the same scale.
    private func liveLine(_ frame: Frame) -> [String] {
        var path = ""
        for (instruction, live) in liveBytes {
            let (x, y) = (number(frame.x(instruction)), number(frame.y(live)))
            path += path.isEmpty ? "M\(x) \(y)" : "H\(x)V\(y)"
        }
        if path.isEmpty { return [] }
        return ["<path class=\"live\" d=\"\(path)\"><title>bytes live at each instruction</title></path>"]
    }

    private func boundLine(_ frame: Frame) -> [String] {
        let y = frame.y(bound)
        return [
            "<path class=\"bound\" d=\"M\(number(frame.left)) \(number(y))h\(number(frame.width))\"/>",
            "<text class=\"mark\" text-anchor=\"end\" x=\"\(number(frame.left + frame.width))\" "
                + "y=\"\(number(y - 6))\">lower bound \(bytes(bound))</text>",
        ]
    }

    /// A coordinate with one decimal at most.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
