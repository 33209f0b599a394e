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

/// The transform of input tiles: `Bᵀ d B` of 6 × 6 pixels, with the matrix of `QuantizedWinogradParameters`.
enum WinogradCodes {
    private typealias Six = (ShortVector, ShortVector, ShortVector, ShortVector, ShortVector, ShortVector)

    /// Transforms a block of channels of a tile.
    ///
    /// - Parameters:
    ///   - source: its first pixel, with rows `row` bytes apart.
    ///   - target: where its first frequency is stored, with the next `step` bytes further each.
    @inline(never)
    static func transform(_ source: Bytes, _ row: Int, _ target: Bytes, _ step: Int) {
        let columns = (
            column(source, row), column(source + lanes, row), column(source + 2 * lanes, row),
            column(source + 3 * lanes, row), column(source + 4 * lanes, row), column(source + 5 * lanes, row)
        )
        let (a, b, c, d, e, f) = columns
        store((a.0, b.0, c.0, d.0, e.0, f.0), target, step)
        store((a.1, b.1, c.1, d.1, e.1, f.1), target + 6 &* step, step)
        store((a.2, b.2, c.2, d.2, e.2, f.2), target + 12 &* step, step)
        store((a.3, b.3, c.3, d.3, e.3, f.3), target + 18 &* step, step)
        store((a.4, b.4, c.4, d.4, e.4, f.4), target + 24 &* step, step)
        store((a.5, b.5, c.5, d.5, e.5, f.5), target + 30 &* step, step)
    }

    @inline(__always)
    private static func column(_ source: Bytes, _ row: Int) -> Six {
        transformed(
            (
                pixel(source), pixel(source + row), pixel(source + 2 &* row), pixel(source + 3 &* row),
                pixel(source + 4 &* row), pixel(source + 5 &* row)
            ))
    }

    @inline(__always)
    private static func store(_ row: Six, _ target: Bytes, _ step: Int) {
        let frequencies = transformed(row)
        target.storeBytes(of: frequencies.0, as: ShortVector.self)
        (target + step).storeBytes(of: frequencies.1, as: ShortVector.self)
        (target + 2 &* step).storeBytes(of: frequencies.2, as: ShortVector.self)
        (target + 3 &* step).storeBytes(of: frequencies.3, as: ShortVector.self)
        (target + 4 &* step).storeBytes(of: frequencies.4, as: ShortVector.self)
        (target + 5 &* step).storeBytes(of: frequencies.5, as: ShortVector.self)
    }

    @inline(__always)
    private static func transformed(_ d: Six) -> Six {
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
