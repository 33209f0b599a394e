extension MemoryDrawing {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

    /// The arena as characters: a row is a band of offsets, a column some instructions, a letter a buffer, a point free
    /// memory. A legend names the letters.
    ///
    /// - Parameters:
    ///   - width: columns of the image itself, beside the scale.
    ///   - height: rows of the image itself, above the legend.
    package func text(width: Int = 72, height: Int = 20) -> String {
        let columns = min(max(1, width), 10_000)
        let rows = min(max(1, height), 10_000)
        // A whole number of columns for each instruction where there is room, else of instructions for each column.
        let repeated = max(1, min(8, columns / duration))
        let used = min(columns, duration * repeated)
        var image = Array(repeating: Array(repeating: Character("."), count: used), count: rows)
        // The largest first: of two that share a cell the smaller is seen.
        for index in blocks.indices.sorted(by: { (-blocks[$0].size, $0) < (-blocks[$1].size, $1) }) {
            for row in rowRange(blocks[index], rows) {
                for column in columnRange(blocks[index], used) { image[row][column] = Self.letter(index) }
            }
        }

        let scale = (0..<rows).map { Self.grouped(offset(ofRow: $0, rows)) }
        let margin = scale.map(\.count).max() ?? 0
        var lines = ["\(title): \(summary)", ""]
        // The highest offsets are at the top.
        for row in (0..<rows).reversed() {
            lines.append("\(padded(scale[row], margin)) |\(String(image[row]))")
        }
        lines.append("\(padded("", margin)) +\(String(repeating: "-", count: used))")
        let last = "\(duration - 1)"
        let gap = max(1, used - 1 - last.count)
        lines.append("\(padded("", margin))  0" + (duration > 1 ? String(repeating: " ", count: gap) + last : ""))
        lines.append("")
        lines += legend
        return lines.joined(separator: "\n") + "\n"
    }

    private var legend: [String] {
        let sizes = blocks.map { bytes($0.size) }
        let offsets = blocks.map { "at \(Self.grouped($0.offset))" }
        let (sizeWidth, offsetWidth) = (sizes.map(\.count).max() ?? 0, offsets.map(\.count).max() ?? 0)
        let nameWidth = min(40, blocks.map(\.name.count).max() ?? 0)
        return blocks.enumerated().map { index, block in
            let name = block.name + String(repeating: " ", count: max(0, nameWidth - block.name.count))
            return "\(Self.letter(index))  \(name)  \(padded(sizes[index], sizeWidth))  "
                + "\(padded(offsets[index], offsetWidth))  instructions \(block.firstUse) to \(block.lastUse)"
        }
    }

    /// After sixty-two buffers the letters begin again.
    private static func letter(_ index: Int) -> Character { letters[index % letters.count] }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The lowest offset of a row, row 0 being the lowest.
    private func offset(ofRow row: Int, _ rows: Int) -> Int { Int(Double(row) * Double(arenaBytes) / Double(rows)) }

    /// The rows whose middle a buffer covers; the one nearest to its middle if it is too thin for that.
    private func rowRange(_ block: Block, _ rows: Int) -> Range<Int> {
        range(Double(block.offset), Double(block.offset) + Double(block.size), of: Double(max(1, arenaBytes)), rows)
    }

    private func columnRange(_ block: Block, _ columns: Int) -> Range<Int> {
        range(Double(block.firstUse), Double(block.lastUse) + 1, of: Double(duration), columns)
    }

    private func range(_ start: Double, _ end: Double, of whole: Double, _ cells: Int) -> Range<Int> {
        let scale = Double(cells) / whole
        let limit = Double(cells)
        let low = min(max((start * scale - 0.5).rounded(.up), 0), limit)
        let high = min(max((end * scale - 0.5).rounded(.up), 0), limit)
        if low < high { return Int(low)..<Int(high) }
        let middle = Int(min(max(((start + end) / 2 * scale).rounded(.down), 0), limit - 1))
        return middle..<(middle + 1)
    }
}
