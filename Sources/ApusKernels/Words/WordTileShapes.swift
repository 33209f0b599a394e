// The tiles that there are, of `WordTileShapes`: each is a function that is compiled.

/// Tiles whose positions are linear, each with an address of its own.
enum LinearWords<Word: TileWord> {
    @inline(__always)
    static func compute(
        _ outputs: Int, _ columns: Int, _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes
    ) {
        if outputs == 1 {
            compute1(columns, memory, origin, weights)
        } else {
            compute2(columns, memory, origin, weights)
        }
    }

    @inline(__always)
    private static func compute1(_ columns: Int, _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes) {
        switch columns {
        case 1: WordTile<Word, 1, 1, 1, 0>.compute(memory, origin, weights)
        case 2: WordTile<Word, 1, 1, 2, 0>.compute(memory, origin, weights)
        case 4: WordTile<Word, 1, 1, 4, 0>.compute(memory, origin, weights)
        default: WordTile<Word, 1, 1, 8, 0>.compute(memory, origin, weights)
        }
    }

    @inline(__always)
    private static func compute2(_ columns: Int, _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes) {
        switch columns {
        case 1: WordTile<Word, 2, 1, 1, 0>.compute(memory, origin, weights)
        case 2: WordTile<Word, 2, 1, 2, 0>.compute(memory, origin, weights)
        #if VECTOR_16
            case 4: WordTile<Word, 2, 1, 4, 0>.compute(memory, origin, weights)
            default: WordTile<Word, 2, 1, 8, 0>.compute(memory, origin, weights)
        #else
            default: WordTile<Word, 2, 1, 4, 0>.compute(memory, origin, weights)
        #endif
        }
    }
}

/// Tiles of rows, whose columns are `step` bytes apart in the source.
enum WordRows<Word: TileWord, let step: Int> {
    @inline(__always)
    static func compute(
        _ outputs: Int, _ rows: Int, _ columns: Int, _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes
    ) {
        switch (outputs, rows) {
        case (1, 1): WordColumns<Word, 1, 1, step>.compute(columns, memory, origin, weights)
        case (1, _): WordColumns<Word, 1, 2, step>.compute(columns, memory, origin, weights)
        case (_, 1): WordColumns<Word, 2, 1, step>.compute(columns, memory, origin, weights)
        default: WordColumns<Word, 2, 2, step>.compute(columns, memory, origin, weights)
        }
    }
}

/// Tiles of rows of convolutions whose stride is 2; `step` is the distance of neighbouring positions in the source.
enum StridedWords<Word: TileWord, let step: Int> {
    @inline(__always)
    static func compute(
        _ outputs: Int, _ columns: Int, _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes
    ) {
        if outputs == 1 {
            StridedColumns<Word, 1, step>.compute(columns, memory, origin, weights)
        } else {
            StridedColumns<Word, 2, step>.compute(columns, memory, origin, weights)
        }
    }
}

private enum StridedColumns<Word: TileWord, let outputs: Int, let step: Int> {
    @inline(__always)
    static func compute(_ columns: Int, _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes) {
        switch columns {
        case 1: WordTile<Word, outputs, 1, 1, step>.compute(memory, origin, weights)
        case 2: WordTile<Word, outputs, 1, 2, step>.compute(memory, origin, weights)
        case 4: WordTile<Word, outputs, 1, 4, step>.compute(memory, origin, weights)
        case 7 where outputs * 7 <= maximumWordSums:
            WordTile<Word, outputs, 1, 7, step>.compute(memory, origin, weights)
        case 8 where outputs * 8 <= maximumWordSums:
            WordTile<Word, outputs, 1, 8, step>.compute(memory, origin, weights)
        default: return
        }
    }
}

private enum WordColumns<Word: TileWord, let outputs: Int, let rows: Int, let step: Int> {
    @inline(__always)
    static func compute(_ columns: Int, _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes) {
        switch columns {
        case 1 where exists(1): WordTile<Word, outputs, rows, 1, step>.compute(memory, origin, weights)
        case 2 where exists(2): WordTile<Word, outputs, rows, 2, step>.compute(memory, origin, weights)
        case 3 where exists(3): WordTile<Word, outputs, rows, 3, step>.compute(memory, origin, weights)
        case 4 where exists(4): WordTile<Word, outputs, rows, 4, step>.compute(memory, origin, weights)
        case 6 where exists(6): WordTile<Word, outputs, rows, 6, step>.compute(memory, origin, weights)
        case 7 where exists(7): WordTile<Word, outputs, rows, 7, step>.compute(memory, origin, weights)
        case 8 where exists(8): WordTile<Word, outputs, rows, 8, step>.compute(memory, origin, weights)
        case 12 where exists(12): WordTile<Word, outputs, rows, 12, step>.compute(memory, origin, weights)
        case 14 where exists(14): WordTile<Word, outputs, rows, 14, step>.compute(memory, origin, weights)
        default: return
        }
    }

    /// Known when this is compiled, so that of other tiles no code remains.
    @inline(__always)
    private static func exists(_ columns: Int) -> Bool {
        outputs * rows * columns <= maximumWordSums && Word.hasColumns(columns) && (rows == 1 || columns % 2 == 0)
    }
}
