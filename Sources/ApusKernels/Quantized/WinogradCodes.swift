import CPlatform

#if VECTOR_16
    /// Whole numbers of 16 bits, as many as a vector has lanes.
    typealias ShortVector = SIMD16<Int16>
#elseif VECTOR_8
    /// Whole numbers of 16 bits, as many as a vector has lanes.
    typealias ShortVector = SIMD8<Int16>
#else
    /// Whole numbers of 16 bits, as many as a vector has lanes.
    typealias ShortVector = SIMD4<Int16>
#endif

/// The transform of the pixels that tiles of `rows` by `columns` results (4 or 2) are made of: `Bᵀ d B`, with the matrices of
/// `QuantizedWinogradParameters`.
enum WinogradCodes<let rows: Int, let columns: Int, let room: Int> {
    /// A line of pixels or of frequencies. Where there are four, those are the first pixels, and frequencies 0, 1, 2 and 5.
    private typealias Line = (ShortVector, ShortVector, ShortVector, ShortVector, ShortVector, ShortVector)

    /// Transforms a block of channels of some tiles.
    ///
    /// - Parameters:
    ///   - image: the first pixel that a tile of the first sample reads, with rows `row` bytes apart, and samples `sampleStep`.
    ///   - target: where the first frequency of the first of at most `room` tiles is stored.
    @inline(never)
    static func transform(
        _ tiles: WinogradCodeTiles, _ image: Bytes, row: Int, sampleStep: Int, _ target: Bytes
    ) {
        tiles.forEach { place, sample, tileRow, tileColumn in
            let corner = sample &* sampleStep &+ 4 &* (tileRow &* row &+ tileColumn &* lanes)
            transform(image + corner, row, target + 2 &* place &* lanes)
        }
    }

    @inline(__always)
    private static func transform(_ source: Bytes, _ row: Int, _ target: Bytes) {
        let (a, b) = (column(source, row), column(source + lanes, row))
        let (c, d) = (column(source + 2 * lanes, row), column(source + 3 * lanes, row))
        let e = columns == 4 ? column(source + 4 * lanes, row) : d
        let f = columns == 4 ? column(source + 5 * lanes, row) : d
        store((a.0, b.0, c.0, d.0, e.0, f.0), target)
        store((a.1, b.1, c.1, d.1, e.1, f.1), target + 6 * step)
        store((a.2, b.2, c.2, d.2, e.2, f.2), target + 12 * step)
        if rows == 4 {
            store((a.3, b.3, c.3, d.3, e.3, f.3), target + 18 * step)
            store((a.4, b.4, c.4, d.4, e.4, f.4), target + 24 * step)
        }
        store((a.5, b.5, c.5, d.5, e.5, f.5), target + 30 * step)
    }

    @inline(__always)
    private static var step: Int { WinogradCodePass<room>.pointStep }

    @inline(__always)
    private static func column(_ source: Bytes, _ row: Int) -> Line {
        let (a, b, c) = (pixel(source), pixel(source + row), pixel(source + 2 &* row))
        let d = pixel(source + 3 &* row)
        guard rows == 4 else { return fourFrequencies(a, b, c, d) }
        return sixFrequencies((a, b, c, d, pixel(source + 4 &* row), pixel(source + 5 &* row)))
    }

    @inline(__always)
    private static func store(_ row: Line, _ target: Bytes) {
        let frequencies = columns == 4 ? sixFrequencies(row) : fourFrequencies(row.0, row.1, row.2, row.3)
        target.storeBytes(of: frequencies.0, as: ShortVector.self)
        (target + step).storeBytes(of: frequencies.1, as: ShortVector.self)
        (target + 2 * step).storeBytes(of: frequencies.2, as: ShortVector.self)
        if columns == 4 {
            (target + 3 * step).storeBytes(of: frequencies.3, as: ShortVector.self)
            (target + 4 * step).storeBytes(of: frequencies.4, as: ShortVector.self)
        }
        (target + 5 * step).storeBytes(of: frequencies.5, as: ShortVector.self)
    }

    @inline(__always)
    private static func sixFrequencies(_ d: Line) -> Line {
        let odd = d.3 &- four(d.1)
        let even = d.4 &- four(d.2)
        let high = d.4 &- d.2
        let twice = (d.3 &- d.1) &+ (d.3 &- d.1)
        return (
            four(d.0 &- d.2) &+ high, even &+ odd, even &- odd, high &+ twice, high &- twice,
            (d.5 &- d.3) &- (twice &+ twice)
        )
    }

    @inline(__always)
    private static func fourFrequencies(
        _ a: ShortVector, _ b: ShortVector, _ c: ShortVector, _ d: ShortVector
    ) -> Line {
        let (sum, difference, last) = (b &+ c, b &- c, d &- b)
        let zero = ShortVector()
        return (a &- c, zero &- sum &- (sum &+ sum), difference &+ difference &+ difference, zero, zero, last)
    }

    @inline(__always)
    private static func four(_ x: ShortVector) -> ShortVector {
        let two = x &+ x
        return two &+ two
    }

    @inline(__always)
    private static func pixel(_ address: Bytes) -> ShortVector {
        #if VECTOR_16
            apus_loaded_shorts_16(address)
        #elseif VECTOR_8
            apus_loaded_shorts_8(address)
        #else
            apus_loaded_shorts_4(address)
        #endif
    }
}
