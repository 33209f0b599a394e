/// Where the boxes of a graph lie: rows from the top down, each behind all that it is computed of (K. Sugiyama, S. Tagawa and M. Toda,
/// "Methods for Visual Understanding of Hierarchical System Structures", 1981, without crossings being counted).
struct GraphLayout {
    struct Place: Equatable {
        var row: Int
        /// The middle of the box, in pixels from the left edge.
        var middle: Double
    }

    let places: [Place]
    let rows: Int
    let width: Double

    static let boxWidth = 236.0
    static let gap = 28.0

    /// - Parameters:
    ///   - count: boxes, each behind those that it depends on.
    ///   - edges: from a box to a later one.
    init(count: Int, edges: [(from: Int, to: Int)]) {
        var before = [[Int]](repeating: [], count: count)
        for edge in edges where edge.from < edge.to { before[edge.to].append(edge.from) }
        var rows = [Int](repeating: 0, count: count)
        for box in 0..<count { rows[box] = before[box].reduce(0) { max($0, rows[$1] + 1) } }
        var middles = [Double](repeating: 0, count: count)
        let last = rows.max() ?? 0
        var members = [[Int]](repeating: [], count: last + 1)
        for box in 0..<count { members[rows[box]].append(box) }
        for row in members {
            // Each under the middle of what it depends on, as far as its neighbours let it.
            let wanted = row.map { box in
                before[box].isEmpty ? 0 : before[box].reduce(0) { $0 + middles[$1] } / Double(before[box].count)
            }
            let order = row.indices.sorted { (wanted[$0], row[$0]) < (wanted[$1], row[$1]) }
            var placed: [Double] = []
            for index in order {
                placed.append(max(wanted[index], (placed.last ?? -.infinity) + Self.boxWidth + Self.gap))
            }
            // What was pushed to the right goes back, so that the row's middle is where it was to be.
            let shift = zip(order, placed).reduce(0) { $0 + $1.1 - wanted[$1.0] } / Double(max(1, row.count))
            for (index, place) in zip(order, placed) { middles[row[index]] = place - shift }
        }
        let left = (middles.min() ?? 0) - Self.boxWidth / 2
        width = (middles.max() ?? 0) + Self.boxWidth / 2 - left
        places = (0..<count).map { Place(row: rows[$0], middle: middles[$0] - left) }
        self.rows = last + 1
    }
}
