import ApusGraph
import ApusJSON
import ApusPlan
import ApusText

/// How the value of a sample is shown.
struct TensorText {
    let name: String
    let shape: [Int]
    let elements: OutputElements

    /// Rows and columns of a matrix that are shown, and matrices.
    private static let maximumSide = 10
    private static let maximumCount = 4

    /// The value with its bounds, and as many of its numbers as are pleasant to read.
    var text: String {
        let shown = shape.map(String.init).joined(separator: ", ")
        let facts = ["\(name): \(elements.type.rawValue)[\(shown)]"] + elements.facts
        let texts = elements.texts
        var lines = [facts.joined(separator: "   ")]
        let columns = shape.last ?? 1
        let rows = shape.count > 1 ? shape[shape.count - 2] : 1
        let outer = Array(shape.dropLast(2))
        let count = outer.reduce(1, *)
        for matrix in 0..<min(count, Self.maximumCount) {
            if !outer.isEmpty { lines.append("  \(place(matrix, in: outer))") }
            lines += self.matrix(texts, at: matrix * rows * columns, rows: rows, columns: columns)
        }
        if count > Self.maximumCount { lines.append("  … and \(count - Self.maximumCount) more") }
        return lines.joined(separator: "\n")
    }

    /// `[2, :, :]`
    private func place(_ matrix: Int, in outer: [Int]) -> String {
        var indices: [String] = []
        var rest = matrix
        for extent in outer.reversed() {
            indices.insert(String(rest % extent), at: 0)
            rest /= extent
        }
        return "[\((indices + [":", ":"]).joined(separator: ", "))]"
    }

    private func matrix(_ texts: [String], at start: Int, rows: Int, columns: Int) -> [String] {
        let shownColumns = min(columns, Self.maximumSide)
        var cells = (0..<min(rows, Self.maximumSide)).map { row in
            (0..<shownColumns).map { texts[start + row * columns + $0] }
                + (columns > shownColumns ? ["…"] : [])
        }
        if rows > Self.maximumSide { cells.append(Array(repeating: "…", count: cells[0].count)) }
        let width = cells.joined().map { $0.count }.max() ?? 0
        return cells.map { "    " + $0.map { aligned($0, width) }.joined(separator: "  ") }
    }

    var json: JSONValue {
        [("name", .string(name)), ("shape", JSONValue(shape)), ("elements", elements.json)].object
    }
}

extension [(String, JSONValue)] {
    /// An object of these members.
    var object: JSONValue { .object(map { .init($0.0, $0.1) }) }
}
