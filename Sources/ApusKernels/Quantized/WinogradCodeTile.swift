/// The results of tiles of `rows` by `columns` (4 or 2), of passes of at most `room` tiles.
enum WinogradCodeTile<let rows: Int, let columns: Int, let room: Int> {
    private typealias Six = (
        IntegerVector, IntegerVector, IntegerVector, IntegerVector, IntegerVector, IntegerVector
    )
    /// A line of results. Where there are two, those are the first.
    private typealias Line = (IntegerVector, IntegerVector, IntegerVector, IntegerVector)

    /// Stores the results of some tiles.
    @inline(never)
    static func store(_ tiles: WinogradCodeTiles, _ output: WinogradCodeOutput) {
        let (row, addendRow) = (output.steps.row, output.addendSteps.row)
        tiles.forEach { place, sample, tileRow, tileColumn in
            let (top, left) = (4 &* tileRow, 4 &* tileColumn)
            let sums = results(output.sums + place &* output.tileStep)
            let result = output.result(sample, top, left)
            let addend = output.addend(sample, top, left)
            let (height, width) = (output.height &- top, output.width &- left)
            storeRow(sums.0, width, result, addend, output)
            if height > 1 { storeRow(sums.1, width, result + row, addend.map { $0 + addendRow }, output) }
            if rows == 4 {
                storeRow(sums.2, width, result + 2 &* row, addend.map { $0 + 2 &* addendRow }, output)
                if height > 3 {
                    storeRow(sums.3, width, result + 3 &* row, addend.map { $0 + 3 &* addendRow }, output)
                }
            }
        }
    }

    /// Stores the greatest result of each window of two rows and columns of some tiles.
    @inline(never)
    static func storeMaxima(of tiles: WinogradCodeTiles, _ output: WinogradCodeOutput) {
        let (row, addendRow) = (output.steps.row, output.addendSteps.row)
        tiles.forEach { place, sample, tileRow, tileColumn in
            let (top, left) = (2 &* tileRow, 2 &* tileColumn)
            let sums = results(output.sums + place &* output.tileStep)
            let upper = maxima(sums.0, sums.1)
            let lower = rows == 4 ? maxima(sums.2, sums.3) : upper
            var values = (
                output.value(upper.0), output.value(upper.1), output.value(lower.0), output.value(lower.1)
            )
            if let addend = output.addend(sample, top, left) {
                values.0 += output.added(addend)
                if columns == 4 { values.1 += output.added(addend + lanes) }
                if rows == 4 {
                    values.2 += output.added(addend + addendRow)
                    if columns == 4 { values.3 += output.added(addend + addendRow + lanes) }
                }
            }
            let result = output.result(sample, top, left)
            if output.elementBytes == 4 {
                output.storeFloats(values.0, at: result)
                if columns == 4 { output.storeFloats(values.1, at: result + 4 * lanes) }
                if rows == 4 {
                    output.storeFloats(values.2, at: result + row)
                    if columns == 4 { output.storeFloats(values.3, at: result + row + 4 * lanes) }
                }
            } else {
                let bytes = output.bytes(values)
                storePart(0, of: bytes, at: result)
                if columns == 4 { storePart(1, of: bytes, at: result + lanes) }
                if rows == 4 {
                    storePart(2, of: bytes, at: result + row)
                    if columns == 4 { storePart(3, of: bytes, at: result + row + lanes) }
                }
            }
        }
    }

    /// The greatest sums of the windows of two rows.
    @inline(__always)
    private static func maxima(_ upper: Line, _ lower: Line) -> (IntegerVector, IntegerVector) {
        let first = FourBytes.maximum(
            FourBytes.maximum(upper.0, upper.1), FourBytes.maximum(lower.0, lower.1))
        guard columns == 4 else { return (first, first) }
        return (
            first, FourBytes.maximum(FourBytes.maximum(upper.2, upper.3), FourBytes.maximum(lower.2, lower.3))
        )
    }

    /// Stores a row of results, of which `width` are in the image.
    @inline(__always)
    private static func storeRow(
        _ sums: Line, _ width: Int, _ result: Bytes, _ addend: Bytes?, _ output: WinogradCodeOutput
    ) {
        var (a, b) = (output.value(sums.0), output.value(sums.1))
        var (c, d) = (columns == 4 ? output.value(sums.2) : a, columns == 4 ? output.value(sums.3) : b)
        if let addend {
            a += output.added(addend)
            if width > 1 { b += output.added(addend + lanes) }
            if columns == 4 {
                c += output.added(addend + 2 * lanes)
                if width > 3 { d += output.added(addend + 3 * lanes) }
            }
        }
        if output.elementBytes == 4 {
            output.storeFloats(a, at: result)
            if width > 1 { output.storeFloats(b, at: result + 4 * lanes) }
            if columns == 4 {
                output.storeFloats(c, at: result + 8 * lanes)
                if width > 3 { output.storeFloats(d, at: result + 12 * lanes) }
            }
            return
        }
        let bytes = output.bytes((a, b, c, d))
        if columns == 4 && width > 3 { return result.storeBytes(of: bytes, as: FourVectorsOfBytes.self) }
        storePart(0, of: bytes, at: result)
        if width > 1 { storePart(1, of: bytes, at: result + lanes) }
        if columns == 4 { storePart(2, of: bytes, at: result + 2 * lanes) }
    }

    /// The results of a tile, 64 times what they should be, as rows.
    @inline(__always)
    private static func results(_ sums: Bytes) -> (Line, Line, Line, Line) {
        let (a, b, c) = (column(0, sums), column(1, sums), column(2, sums))
        let d = columns == 4 ? column(3, sums) : a
        let e = columns == 4 ? column(4, sums) : a
        let f = column(5, sums)
        let first = row((a.0, b.0, c.0, d.0, e.0, f.0), power: rows == 4 ? 0 : 2)
        let second = row((a.1, b.1, c.1, d.1, e.1, f.1), power: rows == 4 ? 1 : 2)
        guard rows == 4 else { return (first, second, first, second) }
        return (
            first, second, row((a.2, b.2, c.2, d.2, e.2, f.2), power: 2),
            row((a.3, b.3, c.3, d.3, e.3, f.3), power: 2)
        )
    }

    @inline(__always)
    private static func column(_ number: Int, _ sums: Bytes) -> Line {
        @inline(__always)
        func sum(_ row: Int) -> IntegerVector {
            let offset = (6 * row + number) * WinogradCodePass<room>.sumStep
            return sums.loadUnaligned(fromByteOffset: offset, as: IntegerVector.self)
        }
        let (a, b, c) = (sum(0), sum(1), sum(2))
        guard rows == 4 else { return ofFour(a, b, c, sum(5)) }
        return ofSix((a, b, c, sum(3), sum(4), sum(5)))
    }

    /// - Parameter power: of what their columns lack of four.
    @inline(__always)
    private static func row(_ sums: Six, power: Int32) -> Line {
        guard columns == 4 else {
            let line = ofFour(sums.0, sums.1, sums.2, sums.5)
            let (a, b) = (divided(line.0, power &+ 2), divided(line.1, power &+ 2))
            return (a, b, a, b)
        }
        let line = ofSix(sums)
        return (
            divided(line.0, power), divided(line.1, power &+ 1), divided(line.2, power &+ 2),
            divided(line.3, power &+ 2)
        )
    }

    /// A ninth of sums, which are multiples of 9, times a power of two, modulo 2^32: by the inverse of 9.
    @inline(__always)
    private static func divided(_ sums: IntegerVector, _ power: Int32) -> IntegerVector {
        sums &* IntegerVector(repeating: 0x38E3_8E39 &<< power)
    }

    /// Six frequencies as four results, which are 24, 12, 6 and 6 times what they should be.
    @inline(__always)
    private static func ofSix(_ m: Six) -> Line {
        let (inner, innerDifference) = (m.1 &+ m.2, m.1 &- m.2)
        let (outer, outerDifference) = (m.3 &+ m.4, m.3 &- m.4)
        let twice = inner &+ inner
        return (
            m.0 &+ outer &+ (twice &+ twice), innerDifference &+ innerDifference &+ outerDifference, inner &+ outer,
            innerDifference &+ m.5 &+ (outerDifference &+ outerDifference)
        )
    }

    /// Four frequencies as two results, which are 6 times what they should be.
    @inline(__always)
    private static func ofFour(
        _ a: IntegerVector, _ b: IntegerVector, _ c: IntegerVector, _ d: IntegerVector
    ) -> Line {
        let results = (a &+ b &+ c, b &- c &+ d)
        return (results.0, results.1, results.0, results.1)
    }
}
