// The inner loop of convolutions whose factors come in words of 32 bits: some output blocks by some positions, each sum a vector, all
// in registers.

import CPlatform

/// Computes tiles of `outputs` (1 or 2) output blocks and `rows` by `columns` positions. A row is of one pooling window's height.
///
/// `step` is the distance of columns in the source, a constant: the address of a position is then part of the instruction
/// that reads it. Where it is 0 the positions are linear: there is one row, and each has an address of its own.
///
/// A sum's products are added in one order, whatever the tile is: see ``TileWord``.
enum WordTile<Word: TileWord, let outputs: Int, let rows: Int, let columns: Int, let step: Int> {
    @inline(never)
    static func compute(_ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes) {
        var source = origin
        var result = memory.pointee.destination.unsafelyUnwrapped
        var addend = memory.pointee.addend
        var rowsLeft = memory.pointee.tileRows
        repeat {
            computeRow(memory, source, weights, result, addend)
            source += memory.pointee.rowBytes
            result += memory.pointee.rowResults
            if let bytes = addend { addend = bytes + memory.pointee.rowAddends }
            rowsLeft &-= 1
        } while rowsLeft > 0
    }

    @inline(__always)
    private static func computeRow(
        _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes, _ result: Bytes, _ addend: Bytes?
    ) {
        var source = origin
        var result = result
        var addend = addend
        var left = memory.pointee.tiles
        repeat {
            var sums = start(memory)
            accumulate(memory, source, weights, &sums)
            store(memory, &sums, result, addend)
            source += memory.pointee.tileBytes
            result += memory.pointee.tileResults
            if let bytes = addend { addend = bytes + memory.pointee.tileAddends }
            left &-= 1
        } while left > 0
    }

    /// A tile of few sums has four of each, for as many words: one would wait for the one before it.
    @inline(__always)
    private static var chains: Int { Word.isExact && outputs * rows * columns <= 2 ? 4 : 1 }

    /// The positions of piece 0 to 5. Longer loops would not be unrolled, and only constant numbers keep sums in registers.
    @inline(__always)
    private static func positions(_ piece: Int) -> Range<Int> {
        Range(uncheckedBounds: (min(4 * piece, rows * columns), min(4 * piece + 4, rows * columns)))
    }

    @inline(__always)
    private static func start(_ memory: WordTilePointer) -> WordSums {
        var sums = noWordSums
        setStart(0, memory, &sums)
        setStart(1, memory, &sums)
        setStart(2, memory, &sums)
        setStart(3, memory, &sums)
        setStart(4, memory, &sums)
        setStart(5, memory, &sums)
        return sums
    }

    @inline(__always)
    private static func setStart(_ piece: Int, _ memory: WordTilePointer, _ sums: inout WordSums) {
        for position in positions(piece) {
            sums[position * outputs * chains] = memory.pointee.first.start
            if outputs > 1 { sums[(position * outputs + 1) * chains] = memory.pointee.second.start }
        }
    }

    /// Adds the products of a word of each position to the sums of a chain.
    @inline(__always)
    private static func add(
        _ source: Bytes, _ sourceRow: Int, _ weights: Bytes, _ outputStep: Int, _ places: WordPositions?, chain: Int,
        _ sums: inout WordSums
    ) {
        let first = weights.loadUnaligned(as: IntegerVector.self)
        let second = outputs > 1 ? weights.loadUnaligned(fromByteOffset: outputStep, as: IntegerVector.self) : first
        add(0, source, sourceRow, first, second, places, chain, &sums)
        add(1, source, sourceRow, first, second, places, chain, &sums)
        add(2, source, sourceRow, first, second, places, chain, &sums)
        add(3, source, sourceRow, first, second, places, chain, &sums)
        add(4, source, sourceRow, first, second, places, chain, &sums)
        add(5, source, sourceRow, first, second, places, chain, &sums)
    }

    @inline(__always)
    private static func add(
        _ piece: Int, _ source: Bytes, _ sourceRow: Int, _ first: IntegerVector, _ second: IntegerVector,
        _ places: WordPositions?, _ chain: Int, _ sums: inout WordSums
    ) {
        for position in positions(piece) {
            let offset =
                step == 0
                ? places.unsafelyUnwrapped.sources[position]
                : position / columns &* sourceRow &+ position % columns &* step
            let word = IntegerVector(repeating: source.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            let place = position * outputs * chains + chain
            sums[place] = Word.addProducts(sums[place], word, first)
            if outputs > 1 { sums[place + chains] = Word.addProducts(sums[place + chains], word, second) }
        }
    }

    /// Adds the products of four words of each position, each to a chain of its own where there are four.
    @inline(__always)
    private static func addFour(
        _ source: Bytes, _ sourceRow: Int, _ weights: Bytes, _ outputStep: Int, _ places: WordPositions?,
        _ sums: inout WordSums
    ) {
        add(source, sourceRow, weights, outputStep, places, chain: 0, &sums)
        add(source + 4, sourceRow, weights + 4 &* lanes, outputStep, places, chain: chains == 4 ? 1 : 0, &sums)
        add(source + 8, sourceRow, weights + 8 &* lanes, outputStep, places, chain: chains == 4 ? 2 : 0, &sums)
        add(source + 12, sourceRow, weights + 12 &* lanes, outputStep, places, chain: chains == 4 ? 3 : 0, &sums)
    }

    @inline(__always)
    private static func accumulate(
        _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes, _ sums: inout WordSums
    ) {
        let (outer, middle, inner) = (memory.pointee.outer, memory.pointee.middle, memory.pointee.inner)
        let (outputStep, sourceRow) = (memory.pointee.outputStep, memory.pointee.sourceRow)
        let (words, lastWords) = (memory.pointee.words, memory.pointee.lastWords)
        let places = memory.pointee.positions
        if isPlain && lastWords == 1 {
            return accumulateRows(outer, middle, origin, sourceRow, weights, outputStep, &sums)
        }
        var round = 0
        while round < outer.count {
            let isLast = round + 1 == outer.count
            var middleSource = origin + round &* outer.byteStep
            var middleWeights = weights + round &* outer.weightStep
            var middleLeft = middle.count
            while middleLeft > 0 {
                var innerSource = middleSource
                var innerWeights = middleWeights
                var innerLeft = inner.count
                while innerLeft > 0 {
                    // An address for each position, advanced in each round, would be more than there are registers.
                    var source = step == 0 ? apus_address(innerSource).unsafelyUnwrapped : innerSource
                    var vector = innerWeights
                    var left = (Word.isExact ? isLast : innerLeft == 1) ? lastWords : words
                    if Word.wordsOfBlock <= 4 && left == 4 {
                        addFour(source, sourceRow, vector, outputStep, places, &sums)
                    } else {
                        while Word.wordsOfBlock > 4 && left > 4 {
                            addFour(source, sourceRow, vector, outputStep, places, &sums)
                            source += 16
                            vector += 16 &* lanes
                            left &-= 4
                        }
                        repeat {
                            add(source, sourceRow, vector, outputStep, places, chain: 0, &sums)
                            source += 4
                            vector += 4 &* lanes
                            left &-= 1
                        } while left > 0
                    }
                    innerSource += inner.byteStep
                    innerWeights += inner.weightStep
                    innerLeft &-= 1
                }
                middleSource += middle.byteStep
                middleWeights += middle.weightStep
                middleLeft &-= 1
            }
            round &+= 1
        }
        if chains == 4 { joinChains(&sums) }
    }

    /// Whether positions have single channels.
    @inline(__always)
    private static var isPlain: Bool { step == Word.elementBytes || step == 2 * Word.elementBytes }

    /// The same with one word to a row of the kernel, of single channels: as little beside the products as can be.
    @inline(__always)
    private static func accumulateRows(
        _ channels: WordTileMemory.Level, _ kernelRows: WordTileMemory.Level, _ origin: Bytes, _ sourceRow: Int,
        _ weights: Bytes, _ outputStep: Int, _ sums: inout WordSums
    ) {
        var (channelSource, channelWeights, channelsLeft) = (origin, weights, channels.count)
        repeat {
            var (source, vector, left) = (channelSource, channelWeights, kernelRows.count)
            repeat {
                add(source, sourceRow, vector, outputStep, nil, chain: 0, &sums)
                source += kernelRows.byteStep
                vector += kernelRows.weightStep
                left &-= 1
            } while left > 0
            channelSource += channels.byteStep
            channelWeights += channels.weightStep
            channelsLeft &-= 1
        } while channelsLeft > 0
        if chains == 4 { joinChains(&sums) }
    }

    /// Adds the sums of the chains up: in the first place of each.
    @inline(__always)
    private static func joinChains(_ sums: inout WordSums) {
        sums[0] = (sums[0] &+ sums[1]) &+ (sums[2] &+ sums[3])
        if outputs * rows * columns > 1 { sums[4] = (sums[4] &+ sums[5]) &+ (sums[6] &+ sums[7]) }
    }

    /// Makes results of the sums and stores them, in steps so short that their loops too are unrolled.
    @inline(__always)
    private static func store(_ memory: WordTilePointer, _ sums: inout WordSums, _ result: Bytes, _ addend: Bytes?) {
        if rows == 2 {
            takeWindows(0, &sums)
            takeWindows(1, &sums)
            takeWindows(2, &sums)
            takeWindows(3, &sums)
        }
        store(0, memory, &sums, result, addend)
        if outputs > 1 {
            store(
                1, memory, &sums, result + memory.pointee.destinationStep,
                addend.map { $0 + memory.pointee.addendStep })
        }
    }

    /// Puts the greatest sums of two pooling windows in the places of their numbers, whose own sums were taken before.
    @inline(__always)
    private static func takeWindows(_ piece: Int, _ sums: inout WordSums) {
        for window in min(2 * piece, columns / 2)..<min(2 * piece + 2, columns / 2) {
            let (upper, lower) = (2 * window * outputs, (columns + 2 * window) * outputs)
            sums[window * outputs] = Word.maximum(
                Word.maximum(sums[upper], sums[upper + outputs]), Word.maximum(sums[lower], sums[lower + outputs]))
            if outputs > 1 {
                sums[window * outputs + 1] = Word.maximum(
                    Word.maximum(sums[upper + 1], sums[upper + 3]), Word.maximum(sums[lower + 1], sums[lower + 3]))
            }
        }
    }

    /// The results of piece 0 to 3: positions, or windows.
    @inline(__always)
    private static func results(_ piece: Int) -> Range<Int> {
        let count = rows == 2 ? columns / 2 : columns
        return Range(uncheckedBounds: (min(4 * piece, count), min(4 * piece + 4, count)))
    }

    @inline(__always)
    private static func place(_ result: Int, _ output: Int) -> Int { (result * outputs + output) * chains }

    /// The same for an output block.
    @inline(__always)
    private static func store(
        _ output: Int, _ memory: WordTilePointer, _ sums: inout WordSums, _ result: Bytes, _ addend: Bytes?
    ) {
        if Word.isExact && memory.pointee.storesSums {
            storeSums(0, output, memory, sums, result)
            storeSums(1, output, memory, sums, result)
            storeSums(2, output, memory, sums, result)
            storeSums(3, output, memory, sums, result)
            return
        }
        let block = output == 0 ? memory.pointee.first : memory.pointee.second
        makeValues(0, output, block, &sums)
        makeValues(1, output, block, &sums)
        makeValues(2, output, block, &sums)
        makeValues(3, output, block, &sums)
        if let addend {
            add(0, output, memory, addend, &sums)
            add(1, output, memory, addend, &sums)
            add(2, output, memory, addend, &sums)
            add(3, output, memory, addend, &sums)
        }
        if block.isLimited {
            let highest = memory.pointee.highest
            limit(0, output, highest, &sums)
            limit(1, output, highest, &sums)
            limit(2, output, highest, &sums)
            limit(3, output, highest, &sums)
        }
        if memory.pointee.storesFloats {
            storeFloats(0, output, memory, sums, result)
            storeFloats(1, output, memory, sums, result)
            storeFloats(2, output, memory, sums, result)
            storeFloats(3, output, memory, sums, result)
        } else {
            storeElements(0, output, memory, sums, result)
            storeElements(1, output, memory, sums, result)
            storeElements(2, output, memory, sums, result)
            storeElements(3, output, memory, sums, result)
        }
    }

    /// Puts values in the place of sums.
    @inline(__always)
    private static func makeValues(
        _ piece: Int, _ output: Int, _ block: WordTileMemory.Output, _ sums: inout WordSums
    ) {
        for number in results(piece) {
            let value = Word.value(sums[place(number, output)], block)
            sums[place(number, output)] = unsafeBitCast(value, to: IntegerVector.self)
        }
    }

    @inline(__always)
    private static func limit(_ piece: Int, _ output: Int, _ highest: Vector, _ sums: inout WordSums) {
        for number in results(piece) {
            let value = lesser(highest, value(number, output, sums))
            sums[place(number, output)] = unsafeBitCast(value, to: IntegerVector.self)
        }
    }

    @inline(__always)
    private static func add(
        _ piece: Int, _ output: Int, _ memory: WordTilePointer, _ addend: Bytes, _ sums: inout WordSums
    ) {
        for number in results(piece) {
            let distance =
                step == 0
                ? memory.pointee.positions.unsafelyUnwrapped.addends[number] : number &* Word.elementBytes &* lanes
            let value = value(number, output, sums) + Word.addend(at: addend + distance, memory)
            sums[place(number, output)] = unsafeBitCast(value, to: IntegerVector.self)
        }
    }

    @inline(__always)
    private static func value(_ number: Int, _ output: Int, _ sums: borrowing WordSums) -> Vector {
        unsafeBitCast(sums[place(number, output)], to: Vector.self)
    }

    /// Where a result is stored.
    @inline(__always)
    private static func address(_ number: Int, _ memory: WordTilePointer, _ result: Bytes, bytes: Int) -> Bytes {
        result
            + (step == 0 ? memory.pointee.positions.unsafelyUnwrapped.results[number] : number &* bytes &* lanes)
    }

    @inline(__always)
    private static func storeSums(
        _ piece: Int, _ output: Int, _ memory: WordTilePointer, _ sums: borrowing WordSums, _ result: Bytes
    ) {
        for number in results(piece) {
            address(number, memory, result, bytes: 4).storeBytes(
                of: sums[place(number, output)], as: IntegerVector.self)
        }
    }

    @inline(__always)
    private static func storeFloats(
        _ piece: Int, _ output: Int, _ memory: WordTilePointer, _ sums: borrowing WordSums, _ result: Bytes
    ) {
        let (lowest, highest) = (memory.pointee.lowest, memory.pointee.highest)
        for number in results(piece) {
            let limited = lesser(highest, greater(lowest, value(number, output, sums)))
            address(number, memory, result, bytes: 4).storeBytes(of: limited, as: Vector.self)
        }
    }

    @inline(__always)
    private static func storeElements(
        _ piece: Int, _ output: Int, _ memory: WordTilePointer, _ sums: borrowing WordSums, _ result: Bytes
    ) {
        let numbers = results(piece)
        guard !numbers.isEmpty else { return }
        // For a result that there is not stands the last one.
        let first = numbers.lowerBound
        let last = numbers.upperBound &- 1
        let (second, third, fourth) = (min(first &+ 1, last), min(first &+ 2, last), min(first &+ 3, last))
        Word.store(
            (
                value(first, output, sums), value(second, output, sums), value(third, output, sums),
                value(fourth, output, sums)
            ), count: numbers.count, memory
        ) { address(first &+ $0, memory, result, bytes: Word.elementBytes) }
    }
}
