/// Computes `columns` sums as ``TileLoops`` says, of one output block and one row, where each channel has scalars of its
/// own: `scalars[...]` is then a vector. `step` and `bias` are as for ``Tile``.
enum DepthwiseSums<let columns: Int, let step: Int, let bias: Int> {
    @inline(never)
    static func sum(
        _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats
    ) {
        var registers = noSums
        var biasSum = Vector()
        for column in 0..<columns { registers[column] = memory.pointee.loops.firstStart }
        let (outer, middle) = (memory.pointee.loops.outer, memory.pointee.loops.middle)
        let scalarStep = memory.pointee.loops.scalarStep
        let columnStep = step == 0 ? memory.pointee.loops.columnStep : lanes
        for round in 0..<outer.count {
            var middleScalars = scalars + round &* outer.scalarStep
            var middleVectors = vectors + round &* outer.vectorStep
            var middleLeft = middle.count
            while middleLeft > 0 {
                var scalar = middleScalars
                var vector = middleVectors
                var left = memory.pointee.loops.terms
                repeat {
                    let first = vector.vector(at: 0)
                    if bias == 1 { biasSum += first }
                    for column in 0..<columns {
                        registers[column] = multiplyAdd(
                            registers[column], first, scalar.vector(at: column &* columnStep))
                    }
                    scalar += scalarStep
                    vector += lanes
                    left &-= 1
                } while left > 0
                middleScalars += middle.scalarStep
                middleVectors += middle.vectorStep
                middleLeft &-= 1
            }
        }
        for column in 0..<columns { memory.pointee.sums[column] = registers[column] }
        if bias == 1 { memory.pointee.firstBias = biasSum }
    }
}

/// Computes a depthwise tile of 1 up to ``depthwiseColumns`` columns, or of 1 up to ``biasColumns`` that sums the vectors as
/// well.
func sumDepthwiseTile(
    columns: Int, bias: Bool = false, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats
) {
    if bias {
        sumDepthwiseBiasTile(columns, memory, scalars, vectors)
    } else if memory.pointee.loops.columnStep == lanes {
        DepthwiseShapes<2>.sum(columns, memory, scalars, vectors)
    } else {
        DepthwiseShapes<0>.sum(columns, memory, scalars, vectors)
    }
}

@inline(__always)
private func sumDepthwiseBiasTile(_ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats) {
    switch columns {
    case 1: DepthwiseSums<1, 0, 1>.sum(memory, scalars, vectors)
    case 2: DepthwiseSums<2, 0, 1>.sum(memory, scalars, vectors)
    case 3: DepthwiseSums<3, 0, 1>.sum(memory, scalars, vectors)
    default: DepthwiseSums<4, 0, 1>.sum(memory, scalars, vectors)
    }
}

/// The depthwise tiles there are, for a step of the columns.
private enum DepthwiseShapes<let step: Int> {
    @inline(__always)
    static func sum(_ columns: Int, _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats) {
        switch columns {
        case 1: DepthwiseSums<1, step, 0>.sum(memory, scalars, vectors)
        case 2: DepthwiseSums<2, step, 0>.sum(memory, scalars, vectors)
        case 3: DepthwiseSums<3, step, 0>.sum(memory, scalars, vectors)
        case 4: DepthwiseSums<4, step, 0>.sum(memory, scalars, vectors)
        case 5: DepthwiseSums<5, step, 0>.sum(memory, scalars, vectors)
        case 6: DepthwiseSums<6, step, 0>.sum(memory, scalars, vectors)
        case 7: DepthwiseSums<7, step, 0>.sum(memory, scalars, vectors)
        default: DepthwiseSums<8, step, 0>.sum(memory, scalars, vectors)
        }
    }
}
