/// As many vectors as a vector has lanes.
#if VECTOR_16
    typealias VectorSquare = InlineArray<16, Vector>
#elseif VECTOR_8
    typealias VectorSquare = InlineArray<8, Vector>
#else
    typealias VectorSquare = InlineArray<4, Vector>
#endif

/// Moves a square of lanes by lanes elements so that rows become columns. Rows are `readStep` elements apart in the source,
/// and `writeStep` in the target.
///
/// Each round interleaves the first half of the vectors with the second; after as many rounds as a lane's number has bits
/// every element is in its place.
@inline(__always)
func transposeSquare(_ source: Floats, readStep: Int, to target: Floats, writeStep: Int) {
    var square = emptySquare
    for row in 0..<lanes { square[row] = source.vector(at: row &* readStep) }
    square = interleavedHalves(square)
    square = interleavedHalves(square)
    #if VECTOR_8 || VECTOR_16
        square = interleavedHalves(square)
    #endif
    #if VECTOR_16
        square = interleavedHalves(square)
    #endif
    for row in 0..<lanes { target.store(square[row], at: row &* writeStep) }
}

@inline(__always)
private func interleavedHalves(_ square: VectorSquare) -> VectorSquare {
    var result = emptySquare
    for row in 0..<lanes / 2 {
        let (first, second) = (square[row], square[row + lanes / 2])
        var (low, high) = (Vector(), Vector())
        low.evenHalf = first.lowHalf
        low.oddHalf = second.lowHalf
        high.evenHalf = first.highHalf
        high.oddHalf = second.highHalf
        result[2 * row] = low
        result[2 * row + 1] = high
    }
    return result
}

@inline(__always)
private var emptySquare: VectorSquare {
    let zero = Vector()
    #if VECTOR_16
        return [
            zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
        ]
    #elseif VECTOR_8
        return [zero, zero, zero, zero, zero, zero, zero, zero]
    #else
        return [zero, zero, zero, zero]
    #endif
}
