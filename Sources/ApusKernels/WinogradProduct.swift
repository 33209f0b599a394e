/// What the matrix products of a Winograd convolution go over: one for each frequency. All steps count elements.
///
/// For each frequency `f`, column `p` and output block `o`:
///
///     result[f·frequencyResults + o·outputResults + p·V] (+)= Σ_(r, n)
///         vectors[f·frequencyVectors + o·outputVectors + r·roundVectors + n·V]
///         · scalars[f·frequencyScalars + r·roundScalars + p·columnStep + n·scalarStep]
///
/// Where columns are tiles, a column is a vector of channels: `columnStep` is V, `scalarStep` is 1, and the result is
/// overwritten. Where they are channels the two are exchanged, and the result is added to.
struct WinogradLoops {
    var frequencies = 1
    var frequencyResults = 0
    var frequencyVectors = 0
    var frequencyScalars = 0
    var outputResults = 0
    var outputVectors = 0
    /// Rounds of `terms` terms, of which the last has `lastTerms`.
    var rounds = 1
    var roundVectors = 0
    var roundScalars = 0
    var terms = 1
    var lastTerms = 1
}

/// Computes the products for `outputs` (1 or 2) output blocks and `columns` columns. `overTiles` is 1 where the sum is over
/// tiles and the columns are channels, and 0 the other way round.
enum WinogradProduct<let outputs: Int, let columns: Int, let overTiles: Int> {
    @inline(never)
    static func compute(_ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats) {
        let loops = loops.pointee
        let columnStep = overTiles == 1 ? 1 : lanes
        let scalarStep = overTiles == 1 ? lanes : 1
        var frequencyScalars = scalars
        var frequencyVectors = vectors
        var target = result
        for _ in 0..<loops.frequencies {
            var registers = noSums
            if overTiles == 1 {
                for column in 0..<columns {
                    registers[column * outputs] = target.vector(at: column &* lanes)
                    if outputs == 2 {
                        registers[column * outputs + 1] = target.vector(at: loops.outputResults &+ column &* lanes)
                    }
                }
            }
            var roundScalars = frequencyScalars
            var roundVectors = frequencyVectors
            var round = loops.rounds
            repeat {
                var left = round == 1 ? loops.lastTerms : loops.terms
                var scalar = roundScalars
                var vector = roundVectors
                repeat {
                    let first = vector.vector(at: 0)
                    let second = outputs == 2 ? vector.vector(at: loops.outputVectors) : first
                    for column in 0..<columns {
                        let factor = Vector(repeating: scalar[column &* columnStep])
                        let place = column * outputs
                        registers[place] = multiplyAdd(registers[place], first, factor)
                        if outputs == 2 { registers[place + 1] = multiplyAdd(registers[place + 1], second, factor) }
                    }
                    scalar += scalarStep
                    vector += lanes
                    left &-= 1
                } while left > 0
                roundScalars += loops.roundScalars
                roundVectors += loops.roundVectors
                round &-= 1
            } while round > 0
            for column in 0..<columns {
                target.store(registers[column * outputs], at: column &* lanes)
                if outputs == 2 {
                    target.store(registers[column * outputs + 1], at: loops.outputResults &+ column &* lanes)
                }
            }
            frequencyScalars += loops.frequencyScalars
            frequencyVectors += loops.frequencyVectors
            target += loops.frequencyResults
        }
    }
}

/// The most columns of a product with one output block, and with two.
#if VECTOR_16
    let productColumns = 16
    let productPairColumns = 12
#else
    let productColumns = 12
    let productPairColumns = 6
#endif

/// Computes the products of any number of columns, in parts that are as equal as can be.
func multiplyFrequencies(
    outputs: Int, columns: Int, overTiles: Bool, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats,
    _ vectors: Floats, _ result: Floats
) {
    let most = outputs == 2 ? productPairColumns : productColumns
    let parts = (columns + most - 1) / most
    var column = 0
    for part in 0..<parts {
        let width = (columns - column) / (parts - part)
        let first = scalars + column * (overTiles ? 1 : lanes)
        let target = result + column * lanes
        if overTiles {
            WinogradProducts<1>.compute(outputs, width, loops, first, vectors, target)
        } else {
            WinogradProducts<0>.compute(outputs, width, loops, first, vectors, target)
        }
        column += width
    }
}

/// The products there are.
private enum WinogradProducts<let overTiles: Int> {
    @inline(__always)
    static func compute(
        _ outputs: Int, _ columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats,
        _ result: Floats
    ) {
        if outputs == 2 {
            pair(columns, loops, scalars, vectors, result)
        } else {
            single(columns, loops, scalars, vectors, result)
        }
    }

    @inline(__always)
    private static func pair(
        _ columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats
    ) {
        switch columns {
        case 1: WinogradProduct<2, 1, overTiles>.compute(loops, scalars, vectors, result)
        case 2: WinogradProduct<2, 2, overTiles>.compute(loops, scalars, vectors, result)
        case 3: WinogradProduct<2, 3, overTiles>.compute(loops, scalars, vectors, result)
        case 4: WinogradProduct<2, 4, overTiles>.compute(loops, scalars, vectors, result)
        case 5: WinogradProduct<2, 5, overTiles>.compute(loops, scalars, vectors, result)
        #if VECTOR_16
            case 6: WinogradProduct<2, 6, overTiles>.compute(loops, scalars, vectors, result)
            case 7: WinogradProduct<2, 7, overTiles>.compute(loops, scalars, vectors, result)
            case 8: WinogradProduct<2, 8, overTiles>.compute(loops, scalars, vectors, result)
            case 9: WinogradProduct<2, 9, overTiles>.compute(loops, scalars, vectors, result)
            case 10: WinogradProduct<2, 10, overTiles>.compute(loops, scalars, vectors, result)
            case 11: WinogradProduct<2, 11, overTiles>.compute(loops, scalars, vectors, result)
            default: WinogradProduct<2, 12, overTiles>.compute(loops, scalars, vectors, result)
        #else
            default: WinogradProduct<2, 6, overTiles>.compute(loops, scalars, vectors, result)
        #endif
        }
    }

    @inline(__always)
    private static func single(
        _ columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats
    ) {
        switch columns {
        case 1: WinogradProduct<1, 1, overTiles>.compute(loops, scalars, vectors, result)
        case 2: WinogradProduct<1, 2, overTiles>.compute(loops, scalars, vectors, result)
        case 3: WinogradProduct<1, 3, overTiles>.compute(loops, scalars, vectors, result)
        case 4: WinogradProduct<1, 4, overTiles>.compute(loops, scalars, vectors, result)
        case 5: WinogradProduct<1, 5, overTiles>.compute(loops, scalars, vectors, result)
        case 6: WinogradProduct<1, 6, overTiles>.compute(loops, scalars, vectors, result)
        case 7: WinogradProduct<1, 7, overTiles>.compute(loops, scalars, vectors, result)
        case 8: WinogradProduct<1, 8, overTiles>.compute(loops, scalars, vectors, result)
        case 9: WinogradProduct<1, 9, overTiles>.compute(loops, scalars, vectors, result)
        case 10: WinogradProduct<1, 10, overTiles>.compute(loops, scalars, vectors, result)
        case 11: WinogradProduct<1, 11, overTiles>.compute(loops, scalars, vectors, result)
        #if VECTOR_16
            case 12: WinogradProduct<1, 12, overTiles>.compute(loops, scalars, vectors, result)
            case 13: WinogradProduct<1, 13, overTiles>.compute(loops, scalars, vectors, result)
            case 14: WinogradProduct<1, 14, overTiles>.compute(loops, scalars, vectors, result)
            case 15: WinogradProduct<1, 15, overTiles>.compute(loops, scalars, vectors, result)
            default: WinogradProduct<1, 16, overTiles>.compute(loops, scalars, vectors, result)
        #else
            default: WinogradProduct<1, 12, overTiles>.compute(loops, scalars, vectors, result)
        #endif
        }
    }
}
