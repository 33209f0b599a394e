import CPlatform

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
/// Squares of four by four are transposed first, inside of the vectors, where processors do two or more shuffles a cycle;
/// then whole groups of four lanes are brought to their places.
@inline(__always)
func transposeSquare(_ source: Floats, readStep: Int, to target: Floats, writeStep: Int) {
    let square = transposedSquare(source, readStep: readStep)
    for row in 0..<lanes { target.store(square[row], at: row &* writeStep) }
}

/// The columns of a square of lanes by lanes elements, whose rows are `readStep` elements apart.
@inline(__always)
func transposedSquare(_ source: Floats, readStep: Int) -> VectorSquare {
    var square = emptySquare
    for row in 0..<lanes { square[row] = source.vector(at: row &* readStep) }
    transposeFours(&square, 0)
    #if VECTOR_8 || VECTOR_16
        transposeFours(&square, 4)
    #endif
    #if VECTOR_16
        transposeFours(&square, 8)
        transposeFours(&square, 12)
    #endif
    for column in 0..<4 { gatherFours(&square, column) }
    return square
}

/// Transposes the squares of four by four in four vectors.
@inline(__always)
private func transposeFours(_ square: inout VectorSquare, _ first: Int) {
    let low = lowLanes(square[first], square[first + 1])
    let high = highLanes(square[first], square[first + 1])
    let nextLow = lowLanes(square[first + 2], square[first + 3])
    let nextHigh = highLanes(square[first + 2], square[first + 3])
    square[first] = lowPairs(low, nextLow)
    square[first + 1] = highPairs(low, nextLow)
    square[first + 2] = lowPairs(high, nextHigh)
    square[first + 3] = highPairs(high, nextHigh)
}

/// Brings the groups of four lanes of every fourth vector to their places.
@inline(__always)
private func gatherFours(_ square: inout VectorSquare, _ first: Int) {
    #if VECTOR_16
        let even = evenFours(square[first], square[first + 4])
        let odd = oddFours(square[first], square[first + 4])
        let nextEven = evenFours(square[first + 8], square[first + 12])
        let nextOdd = oddFours(square[first + 8], square[first + 12])
        square[first] = evenFours(even, nextEven)
        square[first + 4] = evenFours(odd, nextOdd)
        square[first + 8] = oddFours(even, nextEven)
        square[first + 12] = oddFours(odd, nextOdd)
    #elseif VECTOR_8
        let even = evenFours(square[first], square[first + 4])
        let odd = oddFours(square[first], square[first + 4])
        square[first] = even
        square[first + 4] = odd
    #endif
}

@inline(__always)
var emptySquare: VectorSquare {
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

/// Of each group of four lanes the first two of `x`, each followed by that of `y`.
@inline(__always)
private func lowLanes(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_low_lanes_16(x, y)
    #elseif VECTOR_8
        apus_low_lanes_8(x, y)
    #else
        apus_low_lanes_4(x, y)
    #endif
}

/// Of each group of four lanes the last two of `x`, each followed by that of `y`.
@inline(__always)
private func highLanes(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_high_lanes_16(x, y)
    #elseif VECTOR_8
        apus_high_lanes_8(x, y)
    #else
        apus_high_lanes_4(x, y)
    #endif
}

/// Of each group of four lanes the first two of `x` and of `y`.
@inline(__always)
private func lowPairs(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_low_pairs_16(x, y)
    #elseif VECTOR_8
        apus_low_pairs_8(x, y)
    #else
        apus_low_pairs_4(x, y)
    #endif
}

/// Of each group of four lanes the last two of `x` and of `y`.
@inline(__always)
private func highPairs(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_high_pairs_16(x, y)
    #elseif VECTOR_8
        apus_high_pairs_8(x, y)
    #else
        apus_high_pairs_4(x, y)
    #endif
}

/// The lanes with even numbers of `x`, then of `y`.
@inline(__always)
func evenLanes(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_even_lanes_16(x, y)
    #elseif VECTOR_8
        apus_even_lanes_8(x, y)
    #else
        apus_even_lanes_4(x, y)
    #endif
}

/// The lanes with odd numbers of `x`, then of `y`.
@inline(__always)
func oddLanes(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_odd_lanes_16(x, y)
    #elseif VECTOR_8
        apus_odd_lanes_8(x, y)
    #else
        apus_odd_lanes_4(x, y)
    #endif
}

/// The lanes of `x` after the first, then the first of `y`.
@inline(__always)
func followingLanes(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_following_lanes_16(x, y)
    #elseif VECTOR_8
        apus_following_lanes_8(x, y)
    #else
        apus_following_lanes_4(x, y)
    #endif
}

/// The last lane of `y`, then those of `x` before the last.
@inline(__always)
func precedingLanes(_ x: Vector, _ y: Vector) -> Vector {
    #if VECTOR_16
        apus_preceding_lanes_16(x, y)
    #elseif VECTOR_8
        apus_preceding_lanes_8(x, y)
    #else
        apus_preceding_lanes_4(x, y)
    #endif
}

#if VECTOR_8 || VECTOR_16
    /// The groups of four lanes with even numbers of `x`, then of `y`.
    @inline(__always)
    private func evenFours(_ x: Vector, _ y: Vector) -> Vector {
        #if VECTOR_16
            apus_even_fours_16(x, y)
        #else
            apus_even_fours_8(x, y)
        #endif
    }

    /// The groups of four lanes with odd numbers of `x`, then of `y`.
    @inline(__always)
    private func oddFours(_ x: Vector, _ y: Vector) -> Vector {
        #if VECTOR_16
            apus_odd_fours_16(x, y)
        #else
            apus_odd_fours_8(x, y)
        #endif
    }
#endif
