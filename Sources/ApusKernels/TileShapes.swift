/// Computes a tile whose shape is known only when the program runs. These are there:
///
/// - one row of 1 up to ``singleColumns`` or ``pairColumns`` columns;
/// - two rows of an even number of columns, up to twice ``singleWindows`` or ``pairWindows``;
/// - two or three rows of 1 up to ``kernelColumns`` columns, with one output block.
func sumTile(
    outputs: Int, rows: Int, columns: Int, _ memory: TilePointer, _ scalars: Floats,
    _ vectors: Floats
) {
    if outputs == 1 {
        switch memory.pointee.loops.columnStep {
        case 1: TileShapes<1, 1>.sum(rows, columns, memory, scalars, vectors)
        case lanes: TileShapes<1, 2>.sum(rows, columns, memory, scalars, vectors)
        default: TileShapes<1, 0>.sum(rows, columns, memory, scalars, vectors)
        }
    } else {
        switch memory.pointee.loops.columnStep {
        case 1: TileShapes<2, 1>.sum(rows, columns, memory, scalars, vectors)
        case lanes: TileShapes<2, 2>.sum(rows, columns, memory, scalars, vectors)
        default: TileShapes<2, 0>.sum(rows, columns, memory, scalars, vectors)
        }
    }
}

/// The most columns of a tile of a convolution kernel's places.
#if VECTOR_16
    let kernelColumns = 7
#else
    let kernelColumns = 4
#endif

/// The tiles there are, for a number of output blocks and a step of the columns.
private enum TileShapes<let outputs: Int, let step: Int> {
    @inline(__always)
    static func sum(
        _ rows: Int, _ columns: Int, _ memory: TilePointer, _ scalars: Floats,
        _ vectors: Floats
    ) {
        switch rows {
        case 1: row(columns, memory, scalars, vectors)
        case 2: twoRows(columns, memory, scalars, vectors)
        default: threeRows(columns, memory, scalars, vectors)
        }
    }

    @inline(__always)
    private static func row(
        _ columns: Int, _ memory: TilePointer, _ scalars: Floats,
        _ vectors: Floats
    ) {
        switch columns {
        case 1: Tile<outputs, 1, 1, step>.sum(memory, scalars, vectors)
        case 2: Tile<outputs, 1, 2, step>.sum(memory, scalars, vectors)
        case 3: Tile<outputs, 1, 3, step>.sum(memory, scalars, vectors)
        case 4: Tile<outputs, 1, 4, step>.sum(memory, scalars, vectors)
        case 5: Tile<outputs, 1, 5, step>.sum(memory, scalars, vectors)
        case 6: Tile<outputs, 1, 6, step>.sum(memory, scalars, vectors)
        #if VECTOR_16
            case 7: Tile<outputs, 1, 7, step>.sum(memory, scalars, vectors)
            case 8: Tile<outputs, 1, 8, step>.sum(memory, scalars, vectors)
        #endif
        default: if outputs == 1 { wideRow(columns, memory, scalars, vectors) }
        }
    }

    @inline(__always)
    private static func wideRow(
        _ columns: Int, _ memory: TilePointer, _ scalars: Floats,
        _ vectors: Floats
    ) {
        switch columns {
        #if !VECTOR_16
            case 7: Tile<1, 1, 7, step>.sum(memory, scalars, vectors)
            case 8: Tile<1, 1, 8, step>.sum(memory, scalars, vectors)
        #endif
        case 9: Tile<1, 1, 9, step>.sum(memory, scalars, vectors)
        case 10: Tile<1, 1, 10, step>.sum(memory, scalars, vectors)
        case 11: Tile<1, 1, 11, step>.sum(memory, scalars, vectors)
        #if VECTOR_16
            case 12: Tile<1, 1, 12, step>.sum(memory, scalars, vectors)
            case 13: Tile<1, 1, 13, step>.sum(memory, scalars, vectors)
            case 14: Tile<1, 1, 14, step>.sum(memory, scalars, vectors)
            case 15: Tile<1, 1, 15, step>.sum(memory, scalars, vectors)
            default: Tile<1, 1, 16, step>.sum(memory, scalars, vectors)
        #else
            default: Tile<1, 1, 12, step>.sum(memory, scalars, vectors)
        #endif
        }
    }

    @inline(__always)
    private static func twoRows(
        _ columns: Int, _ memory: TilePointer, _ scalars: Floats,
        _ vectors: Floats
    ) {
        switch columns {
        case 2: Tile<outputs, 2, 2, step>.sum(memory, scalars, vectors)
        #if VECTOR_16
            case 4: Tile<outputs, 2, 4, step>.sum(memory, scalars, vectors)
            case 6: Tile<outputs, 2, 6, step>.sum(memory, scalars, vectors)
        #endif
        default: if outputs == 1 { wideTwoRows(columns, memory, scalars, vectors) }
        }
    }

    @inline(__always)
    private static func wideTwoRows(
        _ columns: Int, _ memory: TilePointer, _ scalars: Floats,
        _ vectors: Floats
    ) {
        switch columns {
        case 1: Tile<1, 2, 1, step>.sum(memory, scalars, vectors)
        case 3: Tile<1, 2, 3, step>.sum(memory, scalars, vectors)
        #if VECTOR_16
            case 5: Tile<1, 2, 5, step>.sum(memory, scalars, vectors)
            case 7: Tile<1, 2, 7, step>.sum(memory, scalars, vectors)
            case 8: Tile<1, 2, 8, step>.sum(memory, scalars, vectors)
            case 10: Tile<1, 2, 10, step>.sum(memory, scalars, vectors)
            default: Tile<1, 2, 12, step>.sum(memory, scalars, vectors)
        #else
            case 4: Tile<1, 2, 4, step>.sum(memory, scalars, vectors)
            default: Tile<1, 2, 6, step>.sum(memory, scalars, vectors)
        #endif
        }
    }

    @inline(__always)
    private static func threeRows(
        _ columns: Int, _ memory: TilePointer, _ scalars: Floats,
        _ vectors: Floats
    ) {
        guard outputs == 1 else { return }
        switch columns {
        case 1: Tile<1, 3, 1, step>.sum(memory, scalars, vectors)
        case 2: Tile<1, 3, 2, step>.sum(memory, scalars, vectors)
        case 3: Tile<1, 3, 3, step>.sum(memory, scalars, vectors)
        #if VECTOR_16
            case 4: Tile<1, 3, 4, step>.sum(memory, scalars, vectors)
            case 5: Tile<1, 3, 5, step>.sum(memory, scalars, vectors)
            case 6: Tile<1, 3, 6, step>.sum(memory, scalars, vectors)
            default: Tile<1, 3, 7, step>.sum(memory, scalars, vectors)
        #else
            default: Tile<1, 3, 4, step>.sum(memory, scalars, vectors)
        #endif
        }
    }
}
