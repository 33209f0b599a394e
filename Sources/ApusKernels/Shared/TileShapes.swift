/// Computes a tile whose shape is known only when the program runs. These are there:
///
/// - one row of 1 up to ``singleColumns`` or ``pairColumns`` columns, one element apart;
/// - one to three rows of 1 up to ``kernelColumns`` columns of any step, with one output block;
/// - the same, and one row with two output blocks, of 1 up to ``biasColumns`` columns, which sum the vectors as well.
func sumTile(
    outputs: Int, rows: Int, columns: Int, bias: Bool, _ memory: TilePointer, _ scalars: Floats,
    _ vectors: Floats
) {
    if bias {
        biasTile(outputs, rows, columns, memory, scalars, vectors)
    } else if outputs == 2 {
        pairRow(columns, memory, scalars, vectors)
    } else if rows == 1 && memory.pointee.loops.columnStep == 1 {
        singleRow(columns, memory, scalars, vectors)
    } else {
        switch rows {
        case 1: KernelRows<1>.sum(columns, memory, scalars, vectors)
        case 2: KernelRows<2>.sum(columns, memory, scalars, vectors)
        default: KernelRows<3>.sum(columns, memory, scalars, vectors)
        }
    }
}

/// The maximum number of columns of a tile of a convolution kernel's places.
#if VECTOR_16
    let kernelColumns = 7
#else
    let kernelColumns = 4
#endif

/// The maximum number of columns of a tile that sums the vectors as well.
let biasColumns = 4

@inline(__always)
private func biasTile(
    _ outputs: Int, _ rows: Int, _ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats
) {
    if outputs == 2 {
        BiasRows<2, 1>.sum(columns, memory, scalars, vectors)
    } else {
        switch rows {
        case 1: BiasRows<1, 1>.sum(columns, memory, scalars, vectors)
        case 2: BiasRows<1, 2>.sum(columns, memory, scalars, vectors)
        default: BiasRows<1, 3>.sum(columns, memory, scalars, vectors)
        }
    }
}

/// The tiles that sum the vectors as well.
private enum BiasRows<let outputs: Int, let rows: Int> {
    @inline(__always)
    static func sum(_ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats) {
        switch columns {
        case 1: Tile<outputs, rows, 1, 0, 1>.sum(memory, scalars, vectors)
        case 2: Tile<outputs, rows, 2, 0, 1>.sum(memory, scalars, vectors)
        case 3: Tile<outputs, rows, 3, 0, 1>.sum(memory, scalars, vectors)
        default: Tile<outputs, rows, 4, 0, 1>.sum(memory, scalars, vectors)
        }
    }
}

@inline(__always)
private func pairRow(_ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats) {
    switch columns {
    case 1: Tile<2, 1, 1, 1, 0>.sum(memory, scalars, vectors)
    case 2: Tile<2, 1, 2, 1, 0>.sum(memory, scalars, vectors)
    case 3: Tile<2, 1, 3, 1, 0>.sum(memory, scalars, vectors)
    case 4: Tile<2, 1, 4, 1, 0>.sum(memory, scalars, vectors)
    case 5: Tile<2, 1, 5, 1, 0>.sum(memory, scalars, vectors)
    #if VECTOR_16
        case 6: Tile<2, 1, 6, 1, 0>.sum(memory, scalars, vectors)
        case 7: Tile<2, 1, 7, 1, 0>.sum(memory, scalars, vectors)
        default: Tile<2, 1, 8, 1, 0>.sum(memory, scalars, vectors)
    #else
        default: Tile<2, 1, 6, 1, 0>.sum(memory, scalars, vectors)
    #endif
    }
}

@inline(__always)
private func singleRow(_ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats) {
    switch columns {
    case 1: Tile<1, 1, 1, 1, 0>.sum(memory, scalars, vectors)
    case 2: Tile<1, 1, 2, 1, 0>.sum(memory, scalars, vectors)
    case 3: Tile<1, 1, 3, 1, 0>.sum(memory, scalars, vectors)
    case 4: Tile<1, 1, 4, 1, 0>.sum(memory, scalars, vectors)
    case 5: Tile<1, 1, 5, 1, 0>.sum(memory, scalars, vectors)
    case 6: Tile<1, 1, 6, 1, 0>.sum(memory, scalars, vectors)
    case 7: Tile<1, 1, 7, 1, 0>.sum(memory, scalars, vectors)
    case 8: Tile<1, 1, 8, 1, 0>.sum(memory, scalars, vectors)
    default: wideRow(columns, memory, scalars, vectors)
    }
}

@inline(__always)
private func wideRow(_ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats) {
    switch columns {
    case 9: Tile<1, 1, 9, 1, 0>.sum(memory, scalars, vectors)
    case 10: Tile<1, 1, 10, 1, 0>.sum(memory, scalars, vectors)
    case 11: Tile<1, 1, 11, 1, 0>.sum(memory, scalars, vectors)
    #if VECTOR_16
        case 12: Tile<1, 1, 12, 1, 0>.sum(memory, scalars, vectors)
        case 13: Tile<1, 1, 13, 1, 0>.sum(memory, scalars, vectors)
        case 14: Tile<1, 1, 14, 1, 0>.sum(memory, scalars, vectors)
        case 15: Tile<1, 1, 15, 1, 0>.sum(memory, scalars, vectors)
        default: Tile<1, 1, 16, 1, 0>.sum(memory, scalars, vectors)
    #else
        default: Tile<1, 1, 12, 1, 0>.sum(memory, scalars, vectors)
    #endif
    }
}

/// Some rows of a convolution kernel's places.
private enum KernelRows<let rows: Int> {
    @inline(__always)
    static func sum(_ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats) {
        switch columns {
        case 1: Tile<1, rows, 1, 0, 0>.sum(memory, scalars, vectors)
        case 2: Tile<1, rows, 2, 0, 0>.sum(memory, scalars, vectors)
        case 3: Tile<1, rows, 3, 0, 0>.sum(memory, scalars, vectors)
        #if VECTOR_16
            case 4: Tile<1, rows, 4, 0, 0>.sum(memory, scalars, vectors)
            case 5: Tile<1, rows, 5, 0, 0>.sum(memory, scalars, vectors)
            case 6: Tile<1, rows, 6, 0, 0>.sum(memory, scalars, vectors)
            default: Tile<1, rows, 7, 0, 0>.sum(memory, scalars, vectors)
        #else
            default: Tile<1, rows, 4, 0, 0>.sum(memory, scalars, vectors)
        #endif
        }
    }
}
