/// A square of words that fill rows of 16 bytes, as many rows as words in each.
struct WordSquare<let side: Int> {
    typealias Row = SIMD16<UInt8>
    private var rows = InlineArray<side, Row>(repeating: Row())

    /// Moves the square at `from` so that rows become columns. Rows are `readStep` words apart in the source, and `writeStep` in
    /// the target. `low` interleaves the words in the first halves of two rows, and `high` those in the second halves.
    @inline(__always)
    static func transpose<Word>(
        _ from: UnsafeMutablePointer<Word>, _ readStep: Int, _ to: UnsafeMutablePointer<Word>, _ writeStep: Int,
        _ low: (Row, Row) -> Row, _ high: (Row, Row) -> Row
    ) {
        var square = WordSquare()
        for row in 0..<side { square.rows[row] = UnsafeRawPointer(from + row &* readStep).loadUnaligned(as: Row.self) }
        // As many rounds as the side has bits bring every word to its place.
        if side > 8 { square.interleave(low, high) }
        if side > 4 { square.interleave(low, high) }
        if side > 2 { square.interleave(low, high) }
        square.interleave(low, high)
        for row in 0..<side {
            UnsafeMutableRawPointer(to + row &* writeStep).storeBytes(of: square.rows[row], as: Row.self)
        }
    }

    /// Interleaves the first half of the rows with the second.
    @inline(__always)
    private mutating func interleave(_ low: (Row, Row) -> Row, _ high: (Row, Row) -> Row) {
        let before = rows
        for row in 0..<side / 2 {
            rows[2 &* row] = low(before[row], before[row &+ side / 2])
            rows[2 &* row &+ 1] = high(before[row], before[row &+ side / 2])
        }
    }
}
