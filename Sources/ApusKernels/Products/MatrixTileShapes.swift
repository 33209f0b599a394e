/// The panels that a tile of `rows` rows computes together: few rows need several to have enough sums.
@inline(__always)
func matrixTilePanels(rows: Int) -> Int {
    #if VECTOR_16
        rows <= 3 ? 4 : rows <= 6 ? 2 : 1
    #else
        rows == 1 ? 4 : rows == 2 ? 3 : rows == 3 ? 2 : 1
    #endif
}

/// Computes a tile of 1 to ``MatrixTile/rows`` rows: of one vector, of one panel, or of ``matrixTilePanels(rows:)``.
func sumMatrixTile(
    rows: Int, panels: Int, half: Bool, _ memory: MatrixTilePointer, _ scalars: Floats, _ vectors: Floats
) {
    if half {
        narrowTile(rows, memory, scalars, vectors)
    } else if panels == 1 {
        panelTile(rows, memory, scalars, vectors)
    } else {
        wideTile(rows, memory, scalars, vectors)
    }
}

@inline(__always)
private func narrowTile(_ rows: Int, _ memory: MatrixTilePointer, _ scalars: Floats, _ vectors: Floats) {
    switch rows {
    case 1: MatrixTileSums<1, 1>.compute(memory, scalars, vectors)
    case 2: MatrixTileSums<2, 1>.compute(memory, scalars, vectors)
    case 3: MatrixTileSums<3, 1>.compute(memory, scalars, vectors)
    case 4: MatrixTileSums<4, 1>.compute(memory, scalars, vectors)
    case 5: MatrixTileSums<5, 1>.compute(memory, scalars, vectors)
    #if VECTOR_16
        case 6: MatrixTileSums<6, 1>.compute(memory, scalars, vectors)
        case 7: MatrixTileSums<7, 1>.compute(memory, scalars, vectors)
        case 8: MatrixTileSums<8, 1>.compute(memory, scalars, vectors)
        case 9: MatrixTileSums<9, 1>.compute(memory, scalars, vectors)
        case 10: MatrixTileSums<10, 1>.compute(memory, scalars, vectors)
        case 11: MatrixTileSums<11, 1>.compute(memory, scalars, vectors)
        default: MatrixTileSums<12, 1>.compute(memory, scalars, vectors)
    #else
        default: MatrixTileSums<6, 1>.compute(memory, scalars, vectors)
    #endif
    }
}

@inline(__always)
private func panelTile(_ rows: Int, _ memory: MatrixTilePointer, _ scalars: Floats, _ vectors: Floats) {
    switch rows {
    case 1: MatrixTileSums<1, 2>.compute(memory, scalars, vectors)
    case 2: MatrixTileSums<2, 2>.compute(memory, scalars, vectors)
    case 3: MatrixTileSums<3, 2>.compute(memory, scalars, vectors)
    case 4: MatrixTileSums<4, 2>.compute(memory, scalars, vectors)
    case 5: MatrixTileSums<5, 2>.compute(memory, scalars, vectors)
    #if VECTOR_16
        case 6: MatrixTileSums<6, 2>.compute(memory, scalars, vectors)
        case 7: MatrixTileSums<7, 2>.compute(memory, scalars, vectors)
        case 8: MatrixTileSums<8, 2>.compute(memory, scalars, vectors)
        case 9: MatrixTileSums<9, 2>.compute(memory, scalars, vectors)
        case 10: MatrixTileSums<10, 2>.compute(memory, scalars, vectors)
        case 11: MatrixTileSums<11, 2>.compute(memory, scalars, vectors)
        default: MatrixTileSums<12, 2>.compute(memory, scalars, vectors)
    #else
        default: MatrixTileSums<6, 2>.compute(memory, scalars, vectors)
    #endif
    }
}

@inline(__always)
private func wideTile(_ rows: Int, _ memory: MatrixTilePointer, _ scalars: Floats, _ vectors: Floats) {
    #if VECTOR_16
        switch rows {
        case 1: MatrixTileSums<1, 8>.compute(memory, scalars, vectors)
        case 2: MatrixTileSums<2, 8>.compute(memory, scalars, vectors)
        case 3: MatrixTileSums<3, 8>.compute(memory, scalars, vectors)
        case 4: MatrixTileSums<4, 4>.compute(memory, scalars, vectors)
        case 5: MatrixTileSums<5, 4>.compute(memory, scalars, vectors)
        default: MatrixTileSums<6, 4>.compute(memory, scalars, vectors)
        }
    #else
        switch rows {
        case 1: MatrixTileSums<1, 8>.compute(memory, scalars, vectors)
        case 2: MatrixTileSums<2, 6>.compute(memory, scalars, vectors)
        default: MatrixTileSums<3, 4>.compute(memory, scalars, vectors)
        }
    #endif
}
