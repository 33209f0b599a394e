/// Computes `columns` sums as ``TileLoops`` says, of one output block and one row, where each channel has scalars of its
/// own: `scalars[...]` is then a vector.
enum DepthwiseTile<let columns: Int> {
    @inline(never)
    static func sum(
        _ loops: borrowing TileLoops, _ scalars: UnsafePointer<Float>, _ vectors: UnsafePointer<Float>,
        _ sums: inout Sums
    ) {
        var registers = Sums(repeating: .zero)
        for column in 0..<columns { registers[column] = loops.firstStart }
        let (outer, middle) = (loops.outer, loops.middle)
        let (columnStep, scalarStep) = (loops.columnStep, loops.scalarStep)
        for round in 0..<outer.count {
            var middleScalars = scalars + round &* outer.scalarStep
            var middleVectors = vectors + round &* outer.vectorStep
            var middleLeft = middle.count
            while middleLeft > 0 {
                var scalar = middleScalars
                var vector = middleVectors
                var left = loops.terms
                repeat {
                    let first = loadVector(vector)
                    for column in 0..<columns {
                        registers[column] = multiplyAdd(
                            registers[column], first, loadVector(scalar + column &* columnStep))
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
        for column in 0..<columns { sums[column] = registers[column] }
    }
}

/// Computes a depthwise tile of 1 up to ``depthwiseColumns`` columns.
func sumDepthwiseTile(
    columns: Int, _ loops: borrowing TileLoops, _ scalars: UnsafePointer<Float>, _ vectors: UnsafePointer<Float>,
    _ sums: inout Sums
) {
    switch columns {
    case 1: DepthwiseTile<1>.sum(loops, scalars, vectors, &sums)
    case 2: DepthwiseTile<2>.sum(loops, scalars, vectors, &sums)
    case 3: DepthwiseTile<3>.sum(loops, scalars, vectors, &sums)
    case 4: DepthwiseTile<4>.sum(loops, scalars, vectors, &sums)
    case 5: DepthwiseTile<5>.sum(loops, scalars, vectors, &sums)
    case 6: DepthwiseTile<6>.sum(loops, scalars, vectors, &sums)
    case 7: DepthwiseTile<7>.sum(loops, scalars, vectors, &sums)
    default: DepthwiseTile<8>.sum(loops, scalars, vectors, &sums)
    }
}

/// The most columns of a depthwise tile.
let depthwiseColumns = 8
