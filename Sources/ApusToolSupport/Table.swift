import ApusCommandLine
import ApusText

/// Text in columns.
package struct Table: Sendable {
    package enum Alignment: Sendable {
        case left, right
    }

    private let alignments: [Alignment]
    private let gap: String
    private var rows: [[String]] = []

    /// - Parameters:
    ///   - alignments: of each column; a row may have fewer cells.
    ///   - gap: what stands between two columns.
    package init(_ alignments: [Alignment], gap: String = "  ") {
        self.alignments = alignments
        self.gap = gap
    }

    /// Adds a row. What the cells hold of a file's names can't control a terminal.
    package mutating func add(_ cells: String...) { add(cells) }

    package mutating func add(_ cells: [String]) { rows.append(cells.map { printable($0) }) }

    /// The rows as lines, each column as wide as its widest cell, without spaces at the ends of lines.
    package var lines: [String] {
        var widths = [Int](repeating: 0, count: alignments.count)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return alignments[column] == .left ? cell + space : space + cell
            }
            let line = cells.joined(separator: gap)
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    package var text: String { lines.joined(separator: "\n") }
}

/// A number of bytes, exact and for people: `18,816 B (18 KiB)`; below 1 KiB the exact number alone.
package func describeBytes(_ bytes: Int) -> String {
    bytes < 1024 ? "\(bytes) B" : "\(formatCount(bytes)) B (\(formatSize(bytes)))"
}
