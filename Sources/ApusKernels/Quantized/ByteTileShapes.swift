#if VECTOR_16
    private typealias Neighbours = SteppedByteRows<16>
#elseif VECTOR_8
    private typealias Neighbours = SteppedByteRows<8>
#else
    private typealias Neighbours = SteppedByteRows<4>
#endif

/// Computes tiles whose shape is known only when the program runs: those that ``ByteTileShape`` says.
///
/// - Parameters:
///   - rows: 2 where pooling windows of 2 × 2 are made, 0 where positions are linear.
///   - isBlocked: whether a position is as many bytes as a vector has lanes, or one.
func computeBytes(
    outputs: Int, rows: Int, columns: Int, isBlocked: Bool, _ memory: ByteTilePointer, _ origin: Bytes, _ weights: Bytes
) {
    if rows == 0 {
        LinearBytes.compute(outputs, columns, memory, origin, weights)
    } else if isBlocked {
        Neighbours.compute(outputs, rows, columns, memory, origin, weights)
    } else {
        SteppedByteRows<1>.compute(outputs, rows, columns, memory, origin, weights)
    }
}

private enum LinearBytes {
    @inline(__always)
    static func compute(
        _ outputs: Int, _ columns: Int, _ memory: ByteTilePointer, _ origin: Bytes, _ weights: Bytes
    ) {
        if outputs == 1 {
            compute1(columns, memory, origin, weights)
        } else {
            compute2(columns, memory, origin, weights)
        }
    }

    @inline(__always)
    private static func compute1(_ columns: Int, _ memory: ByteTilePointer, _ origin: Bytes, _ weights: Bytes) {
        switch columns {
        case 1: ByteTile<1, 1, 1, 0>.compute(memory, origin, weights)
        case 2: ByteTile<1, 1, 2, 0>.compute(memory, origin, weights)
        case 4: ByteTile<1, 1, 4, 0>.compute(memory, origin, weights)
        default: ByteTile<1, 1, 8, 0>.compute(memory, origin, weights)
        }
    }

    @inline(__always)
    private static func compute2(_ columns: Int, _ memory: ByteTilePointer, _ origin: Bytes, _ weights: Bytes) {
        switch columns {
        case 1: ByteTile<2, 1, 1, 0>.compute(memory, origin, weights)
        case 2: ByteTile<2, 1, 2, 0>.compute(memory, origin, weights)
        #if VECTOR_16
            case 4: ByteTile<2, 1, 4, 0>.compute(memory, origin, weights)
            default: ByteTile<2, 1, 8, 0>.compute(memory, origin, weights)
        #else
            default: ByteTile<2, 1, 4, 0>.compute(memory, origin, weights)
        #endif
        }
    }
}

private enum SteppedByteRows<let step: Int> {
    @inline(__always)
    static func compute(
        _ outputs: Int, _ rows: Int, _ columns: Int, _ memory: ByteTilePointer, _ origin: Bytes, _ weights: Bytes
    ) {
        switch (outputs, rows) {
        case (1, 1): ByteColumns<1, 1, step>.compute(columns, memory, origin, weights)
        case (1, _): ByteColumns<1, 2, step>.compute(columns, memory, origin, weights)
        case (_, 1): ByteColumns<2, 1, step>.compute(columns, memory, origin, weights)
        default: ByteColumns<2, 2, step>.compute(columns, memory, origin, weights)
        }
    }
}

private enum ByteColumns<let outputs: Int, let rows: Int, let step: Int> {
    @inline(__always)
    static func compute(_ columns: Int, _ memory: ByteTilePointer, _ origin: Bytes, _ weights: Bytes) {
        switch columns {
        case 1 where fits(1): ByteTile<outputs, rows, 1, step>.compute(memory, origin, weights)
        case 2 where fits(2): ByteTile<outputs, rows, 2, step>.compute(memory, origin, weights)
        case 3 where fits(3): ByteTile<outputs, rows, 3, step>.compute(memory, origin, weights)
        case 4 where fits(4): ByteTile<outputs, rows, 4, step>.compute(memory, origin, weights)
        case 6 where fits(6): ByteTile<outputs, rows, 6, step>.compute(memory, origin, weights)
        case 8 where fits(8): ByteTile<outputs, rows, 8, step>.compute(memory, origin, weights)
        case 12 where fits(12): ByteTile<outputs, rows, 12, step>.compute(memory, origin, weights)
        case 14 where fits(14): ByteTile<outputs, rows, 14, step>.compute(memory, origin, weights)
        default: return
        }
    }

    /// Whether there are such tiles; known when this is compiled, so that of others no code remains.
    @inline(__always)
    private static func fits(_ columns: Int) -> Bool {
        outputs * rows * columns <= maximumByteSums && (rows == 1 || columns % 2 == 0)
    }
}
