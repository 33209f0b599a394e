// The inner loop of convolutions: some output blocks by some positions, each sum a vector, all in registers.

/// The most positions of a tile: as many addresses stay in registers beside the loops' own.
let mostPositions = 8

/// Offsets of a tile's positions, in elements: written as a vector, read one by one.
typealias PositionVector = SIMD8<Int32>
typealias Positions = InlineArray<8, Int32>

/// What a tile does with its sums.
enum TileStore {
    /// Leaves them in ``PositionTileMemory/sums``.
    static let keep: Int32 = 0
    /// Applies the activation and stores them.
    static let store: Int32 = 1
    /// Takes the greatest of each four positions, which are a pooling window, applies the activation and stores it.
    static let window: Int32 = 2
    /// The same, and stores which of the four it was.
    static let choice: Int32 = 3
}

/// What a tile sums over, where its positions are, and what becomes of the sums. All steps count elements.
///
///     sum[p, o] = start[o] (+ addend[p, o]) + Σ_(a, b, c, n)
///         vectors[o·outputStep + a·outer.vectorStep + b·middle.vectorStep + c·inner.vectorStep + n·V]
///         · sources[p][a·outer.scalarStep + b·middle.scalarStep + c·inner.scalarStep + n·scalarStep]
struct PositionTileMemory {
    var outer = TileLoops.Level()
    var middle = TileLoops.Level()
    var inner = TileLoops.Level()
    /// Terms of the innermost loop, and in the last round of the outermost.
    var terms = 1
    var lastTerms = 1
    var scalarStep = 1
    var outputStep = 0
    var firstStart = Vector.zero
    var secondStart = Vector.zero
    /// Below it nothing is stored: zero for ReLU, −infinity for no activation.
    var floor = Vector.zero
    /// Of each position, from `origin`.
    var sources = unsafeBitCast(PositionVector(), to: Positions.self)
    /// Of each position (each window), from `destination`.
    var results = unsafeBitCast(PositionVector(), to: Positions.self)
    /// Of each position, from `addend`.
    var addends = unsafeBitCast(PositionVector(), to: Positions.self)
    /// Tiles to compute, and how far they are apart in the source, the destination and the addend.
    var tiles = 1
    var tileScalars = 0
    var tileResults = 0
    var tileAddends = 0
    var destination: Floats? = nil
    var destinationStep = 0
    var addend: Floats? = nil
    var addendStep = 0
    var store = TileStore.keep
    /// Where the choices go, bytes from one output block to the next, and whether ReLU turns them off.
    var choice: UnsafeMutableRawPointer? = nil
    var choiceStep = 0
    var relu = false
    var sums = noSums
}
typealias PositionTilePointer = UnsafeMutablePointer<PositionTileMemory>

/// Whether three terms, a row of the usual kernel on a picture without blocks, are added without a loop. With 24 sums there
/// is enough to do meanwhile.
#if VECTOR_16
    private let unrollsThree = false
#else
    private let unrollsThree = true
#endif

/// Computes a tile of `outputs` (1 or 2) output blocks and `positions` (1 to 8) positions.
enum PositionTile<let outputs: Int, let positions: Int> {
    @inline(never)
    static func compute(_ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
        var scalars = origin
        var destination = memory.pointee.destination.unsafelyUnwrapped
        var addend = memory.pointee.addend
        var choice = memory.pointee.choice
        var left = memory.pointee.tiles
        repeat {
            var registers = start(memory, addend)
            accumulate(memory, scalars, vectors, &registers)
            store(memory, registers, destination, choice)
            scalars += memory.pointee.tileScalars
            destination += memory.pointee.tileResults
            // Tiles with choices hold windows of four positions.
            if let bytes = choice { choice = bytes + positions / 4 * lanes }
            if let values = addend { addend = values + memory.pointee.tileAddends }
            left &-= 1
        } while left > 0
    }

    @inline(__always)
    private static func start(_ memory: PositionTilePointer, _ addend: Floats?) -> Sums {
        var registers = noSums
        for position in 0..<positions {
            registers[position * outputs] = memory.pointee.firstStart
            if outputs > 1 { registers[position * outputs + 1] = memory.pointee.secondStart }
        }
        if let addend {
            let step = memory.pointee.addendStep
            for position in 0..<positions {
                let values = addend + Int(memory.pointee.addends[position])
                for output in 0..<outputs {
                    registers[position * outputs + output] += values.vector(at: output &* step)
                }
            }
        }
        return registers
    }

    /// Adds one term to every sum.
    @inline(__always)
    private static func add(
        _ scalar: Floats, _ vector: Floats, _ outputStep: Int, _ places: Positions, _ registers: inout Sums
    ) {
        let first = vector.vector(at: 0)
        let second = outputs > 1 ? vector.vector(at: outputStep) : first
        for position in 0..<positions {
            let factor = Vector(repeating: scalar[Int(places[position])])
            let place = position * outputs
            registers[place] = multiplyAdd(registers[place], first, factor)
            if outputs > 1 { registers[place + 1] = multiplyAdd(registers[place + 1], second, factor) }
        }
    }

    @inline(__always)
    private static func accumulate(
        _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats, _ registers: inout Sums
    ) {
        let (outer, middle, inner) = (memory.pointee.outer, memory.pointee.middle, memory.pointee.inner)
        let (outputStep, scalarStep) = (memory.pointee.outputStep, memory.pointee.scalarStep)
        let places = memory.pointee.sources
        var round = 0
        while round < outer.count {
            let terms = round + 1 == outer.count ? memory.pointee.lastTerms : memory.pointee.terms
            var middleScalars = origin + round &* outer.scalarStep
            var middleVectors = vectors + round &* outer.vectorStep
            var middleLeft = middle.count
            while middleLeft > 0 {
                var innerScalars = middleScalars
                var innerVectors = middleVectors
                var innerLeft = inner.count
                while innerLeft > 0 {
                    var scalar = innerScalars
                    var vector = innerVectors
                    if unrollsThree && terms == 3 {
                        for _ in 0..<3 {
                            add(scalar, vector, outputStep, places, &registers)
                            scalar += scalarStep
                            vector += lanes
                        }
                    } else {
                        var left = terms
                        repeat {
                            add(scalar, vector, outputStep, places, &registers)
                            scalar += scalarStep
                            vector += lanes
                            left &-= 1
                        } while left > 0
                    }
                    innerScalars += inner.scalarStep
                    innerVectors += inner.vectorStep
                    innerLeft &-= 1
                }
                middleScalars += middle.scalarStep
                middleVectors += middle.vectorStep
                middleLeft &-= 1
            }
            round &+= 1
        }
    }

    @inline(__always)
    private static func store(
        _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats,
        _ choice: UnsafeMutableRawPointer?
    ) {
        let floor = memory.pointee.floor
        let step = memory.pointee.destinationStep
        if memory.pointee.store == TileStore.store {
            for position in 0..<positions {
                let target = destination + Int(memory.pointee.results[position])
                for output in 0..<outputs {
                    target.store(greater(floor, registers[position * outputs + output]), at: output &* step)
                }
            }
        } else if memory.pointee.store == TileStore.window && positions % 4 == 0 {
            for window in 0..<positions / 4 {
                let target = destination + Int(memory.pointee.results[window])
                for output in 0..<outputs {
                    let first = window * 4 * outputs + output
                    let upper = greatest(registers[first], registers[first + outputs])
                    let lower = greatest(registers[first + 2 * outputs], registers[first + 3 * outputs])
                    target.store(greater(floor, greatest(upper, lower)), at: output &* step)
                }
            }
        } else if memory.pointee.store == TileStore.choice && positions % 4 == 0 {
            if let choice { storeChoices(memory, registers, destination, choice) }
        } else {
            for place in 0..<positions * outputs { memory.pointee.sums[place] = registers[place] }
        }
    }
}

extension PositionTile {
    @inline(__always)
    fileprivate static func storeChoices(
        _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats,
        _ choice: UnsafeMutableRawPointer
    ) {
        let floor = memory.pointee.floor
        for window in 0..<positions / 4 {
            let target = destination + Int(memory.pointee.results[window])
            for output in 0..<outputs {
                let first = window * 4 * outputs + output
                var value = registers[first]
                var chosen = IntegerVector()
                take(registers[first + outputs], 1, &value, &chosen)
                take(registers[first + 2 * outputs], 2, &value, &chosen)
                take(registers[first + 3 * outputs], 3, &value, &chosen)
                value = greater(floor, value)
                target.store(value, at: output &* memory.pointee.destinationStep)
                if memory.pointee.relu { chosen = chosenAboveZero(chosen, value) }
                storeBytes(of: chosen, at: choice + output &* memory.pointee.choiceStep + window * lanes)
            }
        }
    }
}

/// The choice that belongs to `result` where ReLU is applied: 255 where it is not above zero.
@inline(__always)
func chosenAboveZero(_ chosen: IntegerVector, _ result: Vector) -> IntegerVector {
    choose(IntegerVector(repeating: 255), where: result .<= Vector(), else: chosen)
}

/// Computes a tile whose shape is known only when the program runs. With 24 sums there are all of one or two outputs and up
/// to eight positions; with 12 sums those whose product is at most 12.
@inline(__always)
func computeTile(
    outputs: Int, positions: Int, _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats
) {
    if outputs == 1 {
        PositionTiles<1>.compute(positions, memory, origin, vectors)
    } else {
        PositionTiles<2>.compute(positions, memory, origin, vectors)
    }
}

private enum PositionTiles<let outputs: Int> {
    @inline(__always)
    static func compute(_ positions: Int, _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
        switch positions {
        case 1: PositionTile<outputs, 1>.compute(memory, origin, vectors)
        case 2: PositionTile<outputs, 2>.compute(memory, origin, vectors)
        case 3: PositionTile<outputs, 3>.compute(memory, origin, vectors)
        case 4: PositionTile<outputs, 4>.compute(memory, origin, vectors)
        case 5: PositionTile<outputs, 5>.compute(memory, origin, vectors)
        case 6: PositionTile<outputs, 6>.compute(memory, origin, vectors)
        default: wide(positions, memory, origin, vectors)
        }
    }

    @inline(__always)
    private static func wide(_ positions: Int, _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
        #if !VECTOR_16
            guard outputs == 1 else { return }
        #endif
        if positions == 7 {
            PositionTile<outputs, 7>.compute(memory, origin, vectors)
        } else {
            PositionTile<outputs, 8>.compute(memory, origin, vectors)
        }
    }
}
