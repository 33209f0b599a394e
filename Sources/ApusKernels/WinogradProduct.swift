/// What the matrix products of a Winograd convolution go over: one for each frequency. All steps count elements, and a
/// tile's transform takes ``WinogradTransform/step`` of them, a vector for each frequency.
///
/// Where the columns are tiles, for each frequency `f`, column `p` and output block `o`:
///
///     result[o·outputResults + p·step + f·V] = Σ_(r, n) vectors[f·frequencyVectors + o·outputVectors + r·roundVectors + n·V]
///                                              · scalars[r·roundScalars + p·step + f·V + n]
///
/// Where they are channels, and the sum is over tiles:
///
///     result[f·frequencyResults + o·outputResults + p·V] += Σ_n vectors[o·outputVectors + n·step + f·V]
///                                                              · scalars[n·step + f·V + p]
struct WinogradLoops {
    var frequencyResults = 0
    var frequencyVectors = 0
    var outputResults = 0
    var outputVectors = 0
    /// Rounds of `terms` terms, of which the last has `lastTerms`.
    var rounds = 1
    var roundVectors = 0
    var roundScalars = 0
    var terms = 1
    var lastTerms = 1
}

/// The products of F(`tile` × `tile`, 3 × 3) for `outputs` (1 or 2) output blocks and `columns` columns.
enum WinogradProduct<let outputs: Int, let columns: Int, let tile: Int> {
    @inline(__always)
    private static var step: Int { WinogradTransform<tile>.step }

    /// The products whose columns are tiles.
    @inline(never)
    static func multiply(_ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats)
    {
        // The shapes that there are no registers for are never asked for.
        guard outputs * columns <= Sums.count else { return }
        let loops = loops.pointee
        var frequencyScalars = scalars
        var frequencyVectors = vectors
        var target = result
        for _ in 0..<WinogradTransform<tile>.frequencies {
            var registers = noSums
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
                        add(Vector(repeating: scalar[column * step]), first, second, column, &registers)
                    }
                    scalar += 1
                    vector += lanes
                    left &-= 1
                } while left > 0
                roundScalars += loops.roundScalars
                roundVectors += loops.roundVectors
                round &-= 1
            } while round > 0
            for column in 0..<columns {
                target.store(registers[column * outputs], at: column * step)
                if outputs == 2 {
                    target.store(registers[column * outputs + 1], at: loops.outputResults &+ column * step)
                }
            }
            frequencyScalars += lanes
            frequencyVectors += loops.frequencyVectors
            target += lanes
        }
    }

    /// The products whose columns are channels. They are added to what there is.
    @inline(never)
    static func sumTiles(_ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats)
    {
        // The shapes that there are no registers for are never asked for.
        guard outputs * columns <= Sums.count else { return }
        let loops = loops.pointee
        var frequencyScalars = scalars
        var frequencyVectors = vectors
        var target = result
        for _ in 0..<WinogradTransform<tile>.frequencies {
            var registers = noSums
            for column in 0..<columns {
                registers[column * outputs] = target.vector(at: column * lanes)
                if outputs == 2 {
                    registers[column * outputs + 1] = target.vector(at: loops.outputResults &+ column * lanes)
                }
            }
            var left = loops.terms
            var scalar = frequencyScalars
            var vector = frequencyVectors
            repeat {
                let first = vector.vector(at: 0)
                let second = outputs == 2 ? vector.vector(at: loops.outputVectors) : first
                for column in 0..<columns {
                    add(Vector(repeating: scalar[column]), first, second, column, &registers)
                }
                scalar += step
                vector += step
                left &-= 1
            } while left > 0
            for column in 0..<columns {
                target.store(registers[column * outputs], at: column * lanes)
                if outputs == 2 {
                    target.store(registers[column * outputs + 1], at: loops.outputResults &+ column * lanes)
                }
            }
            frequencyScalars += lanes
            frequencyVectors += lanes
            target += loops.frequencyResults
        }
    }

    @inline(__always)
    private static func add(
        _ factor: Vector, _ first: Vector, _ second: Vector, _ column: Int, _ registers: inout Sums
    ) {
        let place = column * outputs
        registers[place] = multiplyAdd(registers[place], first, factor)
        if outputs == 2 { registers[place + 1] = multiplyAdd(registers[place + 1], second, factor) }
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

/// The products of any number of columns, in parts that are as equal as can be.
enum WinogradProducts<let tile: Int> {
    static func multiply(
        outputs: Int, columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats,
        _ result: Floats
    ) {
        let most = outputs == 2 ? productPairColumns : productColumns
        let parts = (columns + most - 1) / most
        var column = 0
        for part in 0..<parts {
            let width = (columns - column) / (parts - part)
            let offset = column * WinogradTransform<tile>.step
            if outputs == 2 {
                ProductColumns<2, tile>.multiply(width, loops, scalars + offset, vectors, result + offset)
            } else {
                ProductColumns<1, tile>.multiply(width, loops, scalars + offset, vectors, result + offset)
            }
            column += width
        }
    }

    static func sumTiles(
        outputs: Int, columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats,
        _ result: Floats
    ) {
        let most = outputs == 2 ? productPairColumns : productColumns
        let parts = (columns + most - 1) / most
        var column = 0
        for part in 0..<parts {
            let width = (columns - column) / (parts - part)
            if outputs == 2 {
                ProductColumns<2, tile>.sumTiles(width, loops, scalars + column, vectors, result + column * lanes)
            } else {
                ProductColumns<1, tile>.sumTiles(width, loops, scalars + column, vectors, result + column * lanes)
            }
            column += width
        }
    }
}

/// The products there are, by their number of columns.
private enum ProductColumns<let outputs: Int, let tile: Int> {
    @inline(__always)
    static func multiply(
        _ columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats
    ) {
        switch columns {
        case 1: WinogradProduct<outputs, 1, tile>.multiply(loops, scalars, vectors, result)
        case 2: WinogradProduct<outputs, 2, tile>.multiply(loops, scalars, vectors, result)
        case 3: WinogradProduct<outputs, 3, tile>.multiply(loops, scalars, vectors, result)
        case 4: WinogradProduct<outputs, 4, tile>.multiply(loops, scalars, vectors, result)
        case 5: WinogradProduct<outputs, 5, tile>.multiply(loops, scalars, vectors, result)
        case 6: WinogradProduct<outputs, 6, tile>.multiply(loops, scalars, vectors, result)
        case 7: WinogradProduct<outputs, 7, tile>.multiply(loops, scalars, vectors, result)
        case 8: WinogradProduct<outputs, 8, tile>.multiply(loops, scalars, vectors, result)
        case 9: WinogradProduct<outputs, 9, tile>.multiply(loops, scalars, vectors, result)
        case 10: WinogradProduct<outputs, 10, tile>.multiply(loops, scalars, vectors, result)
        case 11: WinogradProduct<outputs, 11, tile>.multiply(loops, scalars, vectors, result)
        #if VECTOR_16
            case 12: WinogradProduct<outputs, 12, tile>.multiply(loops, scalars, vectors, result)
            case 13: WinogradProduct<outputs, 13, tile>.multiply(loops, scalars, vectors, result)
            case 14: WinogradProduct<outputs, 14, tile>.multiply(loops, scalars, vectors, result)
            case 15: WinogradProduct<outputs, 15, tile>.multiply(loops, scalars, vectors, result)
            default: WinogradProduct<outputs, 16, tile>.multiply(loops, scalars, vectors, result)
        #else
            default: WinogradProduct<outputs, 12, tile>.multiply(loops, scalars, vectors, result)
        #endif
        }
    }

    @inline(__always)
    static func sumTiles(
        _ columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats
    ) {
        switch columns {
        case 1: WinogradProduct<outputs, 1, tile>.sumTiles(loops, scalars, vectors, result)
        case 2: WinogradProduct<outputs, 2, tile>.sumTiles(loops, scalars, vectors, result)
        case 3: WinogradProduct<outputs, 3, tile>.sumTiles(loops, scalars, vectors, result)
        case 4: WinogradProduct<outputs, 4, tile>.sumTiles(loops, scalars, vectors, result)
        case 5: WinogradProduct<outputs, 5, tile>.sumTiles(loops, scalars, vectors, result)
        case 6: WinogradProduct<outputs, 6, tile>.sumTiles(loops, scalars, vectors, result)
        case 7: WinogradProduct<outputs, 7, tile>.sumTiles(loops, scalars, vectors, result)
        case 8: WinogradProduct<outputs, 8, tile>.sumTiles(loops, scalars, vectors, result)
        case 9: WinogradProduct<outputs, 9, tile>.sumTiles(loops, scalars, vectors, result)
        case 10: WinogradProduct<outputs, 10, tile>.sumTiles(loops, scalars, vectors, result)
        case 11: WinogradProduct<outputs, 11, tile>.sumTiles(loops, scalars, vectors, result)
        #if VECTOR_16
            case 12: WinogradProduct<outputs, 12, tile>.sumTiles(loops, scalars, vectors, result)
            case 13: WinogradProduct<outputs, 13, tile>.sumTiles(loops, scalars, vectors, result)
            case 14: WinogradProduct<outputs, 14, tile>.sumTiles(loops, scalars, vectors, result)
            case 15: WinogradProduct<outputs, 15, tile>.sumTiles(loops, scalars, vectors, result)
            default: WinogradProduct<outputs, 16, tile>.sumTiles(loops, scalars, vectors, result)
        #else
            default: WinogradProduct<outputs, 12, tile>.sumTiles(loops, scalars, vectors, result)
        #endif
        }
    }
}
