extension MemoryDrawing {
    /// Where the image lies on the page, in pixels.
    struct Frame {
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
    package func svg() -> String {
        let frame = Frame(duration: duration, bytes: max(arenaBytes, bound))
        let heading = [
            HTML("title", ["id": "title"], title), HTML("desc", ["id": "summary"], summary),
            .own(name: "style", MemoryPalette.style),
            HTML("rect", ["class": "page", "width": "960", "height": number(pageHeight(frame))]),
            HTML("text", ["class": "heading", "x": number(frame.left), "y": "28"], title),
            HTML("text", ["class": "note", "x": number(frame.left), "y": "47"], summary),
            HTML(
                "text",
                ["class": "note", "text-anchor": "end", "x": number(frame.left + frame.width), "y": "28"],
                Self.dotted),
        ]
        let drawing = HTML(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "memory",
                "viewBox": "0 0 960 \(number(pageHeight(frame)))", "role": "img", "aria-labelledby": "title summary",
            ], heading + shapes(frame))
        return drawing.text + "\n"
    }

    /// The arena on a page that has the styles of ``MemoryPalette`` and says what is drawn.
    func figure() -> HTML {
        let frame = Frame(duration: duration, bytes: max(arenaBytes, bound))
        // Without the room that the heading takes.
        return HTML(
            "svg",
            [
                "class": "memory", "viewBox": "0 36 960 \(number(pageHeight(frame) - 36))", "role": "img",
                "aria-label": "\(title). \(summary)",
            ], [HTML("text", ["class": "note", "x": number(frame.left), "y": "54"], Self.dotted)] + shapes(frame))
    }

    /// What the thin line is.
    private static let dotted = "dotted: bytes live"

    private func pageHeight(_ frame: Frame) -> Double {
        frame.top + frame.height + (hasLabels(frame) ? 118 : 62)
    }

    private func shapes(_ frame: Frame) -> [HTML] {
        byteScale(frame) + zip(blocks, colours).map { drawing(of: $0, colour: $1, frame) } + liveLine(frame)
            + boundLine(frame) + (hasLabels(frame) ? instructionLabels(frame) : instructionScale(frame)) + [
                HTML(
                    "text",
                    [
                        "class": "note", "text-anchor": "middle", "x": number(frame.left + frame.width / 2),
                        "y": number(pageHeight(frame) - 14),
                    ], "instruction")
            ]
    }

    private func drawing(of block: Block, colour: Int, _ frame: Frame) -> HTML {
        let x = frame.x(block.firstUse)
        let y = frame.y(block.offset + block.size)
        let width = frame.x(block.lastUse + 1) - x
        let height = frame.y(block.offset) - y
        let tooltip =
            "\(block.name): \(bytes(block.size)) at \(Self.grouped(block.offset)), "
            + "instructions \(block.firstUse) to \(block.lastUse)"
        var pieces = [
            HTML("title", [:], tooltip),
            HTML(
                "rect",
                [
                    "class": "\(height < 5 ? "" : "block ")c\(colour)", "rx": height < 5 ? "0" : "2", "x": number(x),
                    "y": number(y), "width": number(width), "height": number(height),
                ]),
        ]
        let middle = y + height / 2
        let letters = Int((width - 8) / 6.2)
        if height >= 14, letters >= min(6, block.name.count) {
            let name =
                block.name.count <= letters ? block.name : String(block.name.prefix(max(1, letters - 1))) + "…"
            let size = bytes(block.size)
            let hasSize = height >= 30 && size.count <= letters
            pieces.append(label("label", name, x + width / 2, middle + (hasSize ? -2 : 4)))
            if hasSize { pieces.append(label("size", size, x + width / 2, middle + 11)) }
        }
        return HTML("g", [:], pieces)
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

    private func label(_ style: String, _ text: String, _ x: Double, _ y: Double) -> HTML {
        HTML("text", ["class": style, "text-anchor": "middle", "x": number(x), "y": number(y)], text)
    }

    /// Lines at round numbers of bytes.
    private func byteScale(_ frame: Frame) -> [HTML] {
        let top = max(arenaBytes, bound)
        var step = 64
        while top / step > 6, step < Int.max / 4 { step *= 2 }
        return stride(from: 0, through: top, by: step).flatMap { offset in
            let y = frame.y(offset)
            return [
                HTML("path", ["class": "grid", "d": "M\(number(frame.left)) \(number(y))h\(number(frame.width))"]),
                HTML(
                    "text",
                    ["class": "scale", "text-anchor": "end", "x": number(frame.left - 8), "y": number(y + 4)],
                    Self.grouped(offset)),
            ]
        }
    }

    private func instructionScale(_ frame: Frame) -> [HTML] {
        let step = max(1, (duration + 23) / 24)
        return stride(from: 0, to: duration, by: step).map { instruction in
            label(
                "scale", "\(instruction)", frame.x(instruction) + frame.perInstruction / 2,
                frame.top + frame.height + 18)
        }
    }

    private func hasLabels(_ frame: Frame) -> Bool { frame.perInstruction >= 15 && instructions.count >= duration }

    /// The instructions' names, aslant, where there is room for them.
    private func instructionLabels(_ frame: Frame) -> [HTML] {
        (0..<duration).map { instruction in
            let x = number(frame.x(instruction) + frame.perInstruction / 2 + 3)
            let y = number(frame.top + frame.height + 16)
            let name = instructions[instruction]
            let short = name.count <= 15 ? name : String(name.prefix(14)) + "…"
            return HTML(
                "text",
                [
                    "class": "scale", "text-anchor": "end", "transform": "rotate(-40 \(x) \(y))", "x": x, "y": y,
                ], "\(instruction) \(short)")
        }
    }

    /// How many bytes are live, as a staircase on the same scale.
    private func liveLine(_ frame: Frame) -> [HTML] {
        var path = ""
        for (instruction, live) in liveBytes {
            let (x, y) = (number(frame.x(instruction)), number(frame.y(live)))
            path += path.isEmpty ? "M\(x) \(y)" : "H\(x)V\(y)"
        }
        if path.isEmpty { return [] }
        return [HTML("path", ["class": "live", "d": path], [HTML("title", [:], "bytes live at each instruction")])]
    }

    private func boundLine(_ frame: Frame) -> [HTML] {
        let y = frame.y(bound)
        return [
            HTML("path", ["class": "bound", "d": "M\(number(frame.left)) \(number(y))h\(number(frame.width))"]),
            HTML(
                "text",
                [
                    "class": "mark", "text-anchor": "end", "x": number(frame.left + frame.width), "y": number(y - 6),
                ], "lower bound \(bytes(bound))"),
        ]
    }

    /// A coordinate with one decimal at most.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
