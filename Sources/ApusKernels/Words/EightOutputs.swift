/// Tiles of eight output blocks of one position: layers whose weights are read once, so that no more than loads of them bounds the time.
///
/// All output blocks are computed in one call, eight after eight.
enum EightOutputs<Word: TileWord> {
    @inline(never)
    static func compute(_ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes) {
        var bias = memory.pointee.bias.unsafelyUnwrapped
        var scale = memory.pointee.scale
        var weights = weights
        var result = memory.pointee.destination.unsafelyUnwrapped
        var addend = memory.pointee.addend
        var left = memory.pointee.eights
        while left > 0 {
            let sums = sums(memory, origin, weights, bias)
            store(0, sums, memory, scale, result, addend)
            store(4, sums, memory, scale, result, addend)
            bias += 32 &* lanes
            scale = scale.map { $0 + 8 &* lanes }
            weights += 8 &* memory.pointee.outputStep
            result += 8 &* memory.pointee.destinationStep
            if let bytes = addend { addend = bytes + 8 &* memory.pointee.addendStep }
            left &-= 1
        }
    }

    private typealias Sums = InlineArray<8, IntegerVector>

    @inline(__always)
    private static func sums(
        _ memory: WordTilePointer, _ origin: Bytes, _ weights: Bytes, _ bias: Bytes
    ) -> Sums {
        let zero = IntegerVector()
        var sums: Sums = [zero, zero, zero, zero, zero, zero, zero, zero]
        for output in 0..<8 {
            sums[output] = bias.loadUnaligned(fromByteOffset: 4 &* output &* lanes, as: IntegerVector.self)
        }
        let (outer, middle, inner) = (memory.pointee.outer, memory.pointee.middle, memory.pointee.inner)
        let (words, lastWords, step) = (memory.pointee.words, memory.pointee.lastWords, memory.pointee.outputStep)
        var outerLeft = outer.count
        var (outerSource, outerWeights) = (origin, weights)
        while outerLeft > 0 {
            var middleLeft = middle.count
            var (middleSource, middleWeights) = (outerSource, outerWeights)
            while middleLeft > 0 {
                var innerLeft = inner.count
                var (innerSource, innerWeights) = (middleSource, middleWeights)
                while innerLeft > 0 {
                    let isLast = Word.isExact ? outerLeft == 1 : innerLeft == 1
                    addWords(isLast ? lastWords : words, innerSource, innerWeights, step, &sums)
                    innerSource += inner.byteStep
                    innerWeights += inner.weightStep
                    innerLeft &-= 1
                }
                middleSource += middle.byteStep
                middleWeights += middle.weightStep
                middleLeft &-= 1
            }
            outerSource += outer.byteStep
            outerWeights += outer.weightStep
            outerLeft &-= 1
        }
        return sums
    }

    /// Adds the products of words that follow each other, of which there is at least one.
    @inline(__always)
    private static func addWords(_ count: Int, _ source: Bytes, _ weights: Bytes, _ step: Int, _ sums: inout Sums) {
        var (source, low, left) = (source, weights, count)
        repeat {
            let word = IntegerVector(repeating: source.loadUnaligned(as: Int32.self))
            let high = low + 4 &* step
            add(word, low, step, 0, &sums)
            add(word, high, step, 4, &sums)
            source += 4
            low += 4 &* lanes
            left &-= 1
        } while left > 0
    }

    /// Adds the products of a word to the sums of four output blocks.
    @inline(__always)
    private static func add(_ word: IntegerVector, _ weights: Bytes, _ step: Int, _ first: Int, _ sums: inout Sums) {
        for output in 0..<4 {
            let vector = weights.loadUnaligned(fromByteOffset: output &* step, as: IntegerVector.self)
            sums[first &+ output] = Word.addProducts(sums[first &+ output], word, vector)
        }
    }

    /// Makes results of the sums of four output blocks and stores them.
    @inline(__always)
    private static func store(
        _ first: Int, _ sums: borrowing Sums, _ memory: WordTilePointer, _ scale: Floats?, _ result: Bytes,
        _ addend: Bytes?
    ) {
        let (lowest, highest) = (memory.pointee.lowest, memory.pointee.highest)
        @inline(__always)
        func number(_ output: Int, _ sum: IntegerVector) -> Vector {
            var block = WordTileMemory.Output()
            if let scale { block.scale = scale.vector(at: output &* lanes) }
            var value = Word.value(sum, block)
            if let addend { value += Word.addend(at: addend + output &* memory.pointee.addendStep, memory) }
            return lesser(highest, value)
        }
        let numbers = (
            number(first, sums[first]), number(first &+ 1, sums[first &+ 1]), number(first &+ 2, sums[first &+ 2]),
            number(first &+ 3, sums[first &+ 3])
        )
        let result = result + first &* memory.pointee.destinationStep
        let step = memory.pointee.destinationStep
        if memory.pointee.storesFloats {
            result.storeBytes(of: greater(lowest, numbers.0), as: Vector.self)
            (result + step).storeBytes(of: greater(lowest, numbers.1), as: Vector.self)
            (result + 2 &* step).storeBytes(of: greater(lowest, numbers.2), as: Vector.self)
            (result + 3 &* step).storeBytes(of: greater(lowest, numbers.3), as: Vector.self)
        } else {
            Word.store(numbers, count: 4, memory) { result + $0 &* step }
        }
    }
}
