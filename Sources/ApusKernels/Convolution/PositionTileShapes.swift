/// The maximum number of columns of a tile's rows.
let maximumColumns = 12

#if VECTOR_16
    private typealias Neighbours = SteppedRows<16>
    private typealias EverySecond = SteppedRows<32>
#elseif VECTOR_8
    private typealias Neighbours = SteppedRows<8>
    private typealias EverySecond = SteppedRows<16>
#else
    private typealias Neighbours = SteppedRows<4>
    private typealias EverySecond = SteppedRows<8>
#endif

/// Computes tiles whose shape is known only when the program runs, of positions that flow: of one or two output blocks and
/// up to ``maximumAddresses`` positions.
@inline(__always)
func computeLinear(
    outputs: Int, positions: Int, _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats
) {
    if outputs == 1 {
        TileColumns<1, 1, 0>.compute(positions, memory, origin, vectors)
    } else {
        TileColumns<2, 1, 0>.compute(positions, memory, origin, vectors)
    }
}

/// Computes tiles whose shape is known only when the program runs: of one or two output blocks and one or two rows of up to
/// ``maximumColumns`` columns, which are `step` elements apart in the source: those that ``ConvolutionTile`` says.
func computeRows(
    outputs: Int, rows: Int, columns: Int, step: Int, _ memory: PositionTilePointer, _ origin: Floats,
    _ vectors: Floats
) {
    switch step {
    case 1: SteppedRows<1>.compute(outputs, rows, columns, memory, origin, vectors)
    case 2: SteppedRows<2>.compute(outputs, rows, columns, memory, origin, vectors)
    case lanes: Neighbours.compute(outputs, rows, columns, memory, origin, vectors)
    default: EverySecond.compute(outputs, rows, columns, memory, origin, vectors)
    }
}

private enum SteppedRows<let step: Int> {
    @inline(__always)
    static func compute(
        _ outputs: Int, _ rows: Int, _ columns: Int, _ memory: PositionTilePointer, _ origin: Floats,
        _ vectors: Floats
    ) {
        switch (outputs, rows) {
        case (1, 1): TileColumns<1, 1, step>.compute(columns, memory, origin, vectors)
        case (1, _): TileColumns<1, 2, step>.compute(columns, memory, origin, vectors)
        case (_, 1): TileColumns<2, 1, step>.compute(columns, memory, origin, vectors)
        default: TileColumns<2, 2, step>.compute(columns, memory, origin, vectors)
        }
    }
}

private enum TileColumns<let outputs: Int, let rows: Int, let step: Int> {
    @inline(__always)
    static func compute(_ columns: Int, _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
        switch columns {
        case 1 where fits(1): PositionTile<outputs, rows, 1, step>.compute(memory, origin, vectors)
        case 2 where fits(2): PositionTile<outputs, rows, 2, step>.compute(memory, origin, vectors)
        case 3 where fits(3): PositionTile<outputs, rows, 3, step>.compute(memory, origin, vectors)
        case 4 where fits(4): PositionTile<outputs, rows, 4, step>.compute(memory, origin, vectors)
        case 5 where fits(5): PositionTile<outputs, rows, 5, step>.compute(memory, origin, vectors)
        case 6 where fits(6): PositionTile<outputs, rows, 6, step>.compute(memory, origin, vectors)
        case 7 where fits(7): PositionTile<outputs, rows, 7, step>.compute(memory, origin, vectors)
        case 8 where fits(8): PositionTile<outputs, rows, 8, step>.compute(memory, origin, vectors)
        default: wide(columns, memory, origin, vectors)
        }
    }

    @inline(__always)
    private static func wide(_ columns: Int, _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
        switch columns {
        case 9 where fits(9): PositionTile<outputs, rows, 9, step>.compute(memory, origin, vectors)
        case 10 where fits(10): PositionTile<outputs, rows, 10, step>.compute(memory, origin, vectors)
        case 11 where fits(11): PositionTile<outputs, rows, 11, step>.compute(memory, origin, vectors)
        case 12 where fits(12): PositionTile<outputs, rows, 12, step>.compute(memory, origin, vectors)
        default: return
        }
    }

    /// Whether there are such tiles; known when this is compiled, so that of others no code remains. Their sums stay in
    /// registers. Two rows are for pooling windows and for narrow images, both of stride 1.
    @inline(__always)
    private static func fits(_ columns: Int) -> Bool {
        outputs * rows * columns <= maximumSums && columns <= (step == 0 ? maximumAddresses : maximumColumns)
            && (rows == 1 || step == 1 || step == lanes)
    }
}
