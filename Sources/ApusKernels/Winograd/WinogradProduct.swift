import CPlatform

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
    /// Whether the next pair's weights are asked for: without that, too few are on their way from far memory at a time.
    var prefetches = false
    /// Frequencies that are gone through for some columns before others are.
    var frequencies = 1
    var frequencyResults = 0
    var frequencyVectors = 0
    var outputResults = 0
    var outputVectors = 0
    /// Rounds of `terms` terms, of which the last has `lastTerms`, and how many of them make a partial sum.
    var rounds = 1
    var partialRounds = 1
    var roundVectors = 0
    var roundScalars = 0
    var terms = 1
    var lastTerms = 1
}

/// The products of F(`height` × `width`, 3 × 3) for `outputs` (1 or 2) output blocks and `columns` columns.
enum WinogradProduct<let outputs: Int, let columns: Int, let height: Int, let width: Int> {
    @inline(__always)
    private static var frequencies: Int { (height + 2) * (width + 2) }
    @inline(__always)
    private static var step: Int { WinogradTransform<height, width>.step }
    /// Whether there are partial sums: see ``WinogradParameters``.
    @inline(__always)
    private static var isPartial: Bool { height > 2 || width > 2 }

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
        for _ in 0..<loops.frequencies {
            var roundScalars = frequencyScalars
            var roundVectors = frequencyVectors
            var round = loops.rounds
            repeat {
                var registers = noSums
                let isFirst = round == loops.rounds
                let next = isPartial ? max(0, round &- loops.partialRounds) : 0
                repeat {
                    var left = round == 1 ? loops.lastTerms : loops.terms
                    var scalar = roundScalars
                    var vector = roundVectors
                    repeat {
                        let first = vector.vector(at: 0)
                        let second = outputs == 2 ? vector.vector(at: loops.outputVectors) : first
                        if outputs == 2 && loops.prefetches {
                            apus_prefetch(vector + 2 &* loops.outputVectors)
                            apus_prefetch(vector + 3 &* loops.outputVectors)
                        }
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
                } while round > next
                if isPartial && !isFirst {
                    for column in 0..<columns {
                        addStored(target, at: column * step, column * outputs, &registers)
                        if outputs == 2 {
                            addStored(
                                target, at: loops.outputResults &+ column * step, column * outputs + 1, &registers)
                        }
                    }
                }
                for column in 0..<columns {
                    target.store(registers[column * outputs], at: column * step)
                    if outputs == 2 {
                        target.store(registers[column * outputs + 1], at: loops.outputResults &+ column * step)
                    }
                }
            } while round > 0
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
        for _ in 0..<frequencies {
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

    /// Adds what is at a place of `target` to a sum.
    @inline(__always)
    private static func addStored(_ target: Floats, at offset: Int, _ sum: Int, _ registers: inout Sums) {
        registers[sum] = registers[sum] + target.vector(at: offset)
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

/// The maximum number of columns of a product with one output block, and with two.
#if VECTOR_16
    let productColumns = 16
    let productPairColumns = 12
#else
    let productColumns = 12
    let productPairColumns = 6
#endif

/// The products of any number of columns, in parts that are as equal as can be.
enum WinogradProducts<let height: Int, let width: Int> {
    @inline(__always)
    private static var frequencies: Int { (height + 2) * (width + 2) }
    @inline(__always)
    private static var step: Int { WinogradTransform<height, width>.step }

    static func multiply(
        outputs: Int, columns: Int, _ loops: WinogradLoops, _ scalars: Floats, _ vectors: Floats,
        _ result: Floats
    ) {
        var loops = loops
        let together = loops.frequencies
        var frequency = 0
        while frequency < frequencies {
            loops.frequencies = min(together, frequencies - frequency)
            var vectors = vectors + frequency * loops.frequencyVectors
            var result = result + frequency * lanes
            for output in stride(from: 0, to: outputs, by: 2) {
                multiply(
                    pair: output + 1 < outputs, columns: columns, &loops, scalars + frequency * lanes, vectors, result)
                vectors += 2 * loops.outputVectors
                result += 2 * loops.outputResults
            }
            frequency += together
        }
    }

    /// The products of one output block, or of a pair of them.
    private static func multiply(
        pair: Bool, columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats,
        _ result: Floats
    ) {
        let maximum = pair ? productPairColumns : productColumns
        let parts = (columns + maximum - 1) / maximum
        var column = 0
        var offset = 0
        for part in 0..<parts {
            let count = (columns - column) / (parts - part)
            if pair {
                ProductColumns<2, height, width>.multiply(count, loops, scalars + offset, vectors, result + offset)
            } else {
                ProductColumns<1, height, width>.multiply(count, loops, scalars + offset, vectors, result + offset)
            }
            column += count
            offset += count * step
        }
    }

    static func sumTiles(
        outputs: Int, columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats,
        _ result: Floats
    ) {
        let maximum = outputs == 2 ? productPairColumns : productColumns
        let parts = (columns + maximum - 1) / maximum
        var column = 0
        for part in 0..<parts {
            let count = (columns - column) / (parts - part)
            if outputs == 2 {
                ProductColumns<2, height, width>.sumTiles(
                    count, loops, scalars + column, vectors, result + column * lanes)
            } else {
                ProductColumns<1, height, width>.sumTiles(
                    count, loops, scalars + column, vectors, result + column * lanes)
            }
            column += count
        }
    }
}

/// The products there are, by their number of columns.
private enum ProductColumns<let outputs: Int, let height: Int, let width: Int> {
    @inline(__always)
    static func multiply(
        _ columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats
    ) {
        switch columns {
        case 1: WinogradProduct<outputs, 1, height, width>.multiply(loops, scalars, vectors, result)
        case 2: WinogradProduct<outputs, 2, height, width>.multiply(loops, scalars, vectors, result)
        case 3: WinogradProduct<outputs, 3, height, width>.multiply(loops, scalars, vectors, result)
        case 4: WinogradProduct<outputs, 4, height, width>.multiply(loops, scalars, vectors, result)
        case 5: WinogradProduct<outputs, 5, height, width>.multiply(loops, scalars, vectors, result)
        case 6: WinogradProduct<outputs, 6, height, width>.multiply(loops, scalars, vectors, result)
        case 7: WinogradProduct<outputs, 7, height, width>.multiply(loops, scalars, vectors, result)
        case 8: WinogradProduct<outputs, 8, height, width>.multiply(loops, scalars, vectors, result)
        case 9: WinogradProduct<outputs, 9, height, width>.multiply(loops, scalars, vectors, result)
        case 10: WinogradProduct<outputs, 10, height, width>.multiply(loops, scalars, vectors, result)
        case 11: WinogradProduct<outputs, 11, height, width>.multiply(loops, scalars, vectors, result)
        #if VECTOR_16
            case 12: WinogradProduct<outputs, 12, height, width>.multiply(loops, scalars, vectors, result)
            case 13: WinogradProduct<outputs, 13, height, width>.multiply(loops, scalars, vectors, result)
            case 14: WinogradProduct<outputs, 14, height, width>.multiply(loops, scalars, vectors, result)
            case 15: WinogradProduct<outputs, 15, height, width>.multiply(loops, scalars, vectors, result)
            default: WinogradProduct<outputs, 16, height, width>.multiply(loops, scalars, vectors, result)
        #else
            default: WinogradProduct<outputs, 12, height, width>.multiply(loops, scalars, vectors, result)
        #endif
        }
    }

    @inline(__always)
    static func sumTiles(
        _ columns: Int, _ loops: UnsafePointer<WinogradLoops>, _ scalars: Floats, _ vectors: Floats, _ result: Floats
    ) {
        switch columns {
        case 1: WinogradProduct<outputs, 1, height, width>.sumTiles(loops, scalars, vectors, result)
        case 2: WinogradProduct<outputs, 2, height, width>.sumTiles(loops, scalars, vectors, result)
        case 3: WinogradProduct<outputs, 3, height, width>.sumTiles(loops, scalars, vectors, result)
        case 4: WinogradProduct<outputs, 4, height, width>.sumTiles(loops, scalars, vectors, result)
        case 5: WinogradProduct<outputs, 5, height, width>.sumTiles(loops, scalars, vectors, result)
        case 6: WinogradProduct<outputs, 6, height, width>.sumTiles(loops, scalars, vectors, result)
        case 7: WinogradProduct<outputs, 7, height, width>.sumTiles(loops, scalars, vectors, result)
        case 8: WinogradProduct<outputs, 8, height, width>.sumTiles(loops, scalars, vectors, result)
        case 9: WinogradProduct<outputs, 9, height, width>.sumTiles(loops, scalars, vectors, result)
        case 10: WinogradProduct<outputs, 10, height, width>.sumTiles(loops, scalars, vectors, result)
        case 11: WinogradProduct<outputs, 11, height, width>.sumTiles(loops, scalars, vectors, result)
        #if VECTOR_16
            case 12: WinogradProduct<outputs, 12, height, width>.sumTiles(loops, scalars, vectors, result)
            case 13: WinogradProduct<outputs, 13, height, width>.sumTiles(loops, scalars, vectors, result)
            case 14: WinogradProduct<outputs, 14, height, width>.sumTiles(loops, scalars, vectors, result)
            case 15: WinogradProduct<outputs, 15, height, width>.sumTiles(loops, scalars, vectors, result)
            default: WinogradProduct<outputs, 16, height, width>.sumTiles(loops, scalars, vectors, result)
        #else
            default: WinogradProduct<outputs, 12, height, width>.sumTiles(loops, scalars, vectors, result)
        #endif
        }
    }
}
