// The inner loop of convolutions: some output blocks by some positions, each sum a vector, all in registers.

/// The most positions whose addresses are held in registers beside the loops' own.
let mostAddresses = 8

/// Offsets of a tile's positions, in elements: written as a vector, read one by one.
typealias PositionVector = SIMD8<Int32>
typealias Positions = InlineArray<8, Int32>

/// What a tile does with its sums.
enum TileStore {
    /// Leaves them where ``PositionTileMemory/sums`` says.
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
///         vectors[o·outputStep + a·outer.vectorStep + b·middle.vectorStep + c·inner.vectorStep + n·vectorStep]
///         · source[p][a·outer.scalarStep + b·middle.scalarStep + c·inner.scalarStep + n·scalarStep]
struct PositionTileMemory {
    var outer = TileLoops.Level()
    var middle = TileLoops.Level()
    var inner = TileLoops.Level()
    /// Terms of the innermost loop, and in the last round of the outermost.
    var terms = 1
    var lastTerms = 1
    var scalarStep = 1
    var vectorStep = lanes
    var outputStep = 0
    /// Whether places of the kernel are neighbours in the source, so that positions that are neighbours too share scalars.
    /// For one output block and tiles of rows.
    var sharesScalars = false
    var firstStart = Vector.zero
    var secondStart = Vector.zero
    /// Below it nothing is stored: zero for ReLU, −infinity for no activation.
    var floor = Vector.zero
    /// From one row of positions, results or addends to the next.
    var sourceRow = 0
    var resultRow = 0
    var addendRow = 0
    /// Where positions flow: of each, from the source's, the destination's (each window) and the addend's first.
    var sources = unsafeBitCast(PositionVector(), to: Positions.self)
    var results = unsafeBitCast(PositionVector(), to: Positions.self)
    var addends = unsafeBitCast(PositionVector(), to: Positions.self)
    /// Tiles of a row to compute, and how far they are apart in the source, the destination and the addend.
    var tiles = 1
    var tileScalars = 0
    var tileResults = 0
    var tileAddends = 0
    /// Rows of tiles, how far they are apart in the same, and bytes from the choices of one to those of the next.
    var tileRows = 1
    var rowScalars = 0
    var rowResults = 0
    var rowAddends = 0
    var rowChoices = 0
    var destination: Floats? = nil
    var destinationStep = 0
    var addend: Floats? = nil
    var addendStep = 0
    var store = TileStore.keep
    /// Where the choices go, bytes from one output block to the next, and whether ReLU turns them off.
    var choice: UnsafeMutableRawPointer? = nil
    var choiceStep = 0
    var relu = false
    /// Where the sums go that are kept: `[position][output block]`.
    var sums: Floats? = nil
}
typealias PositionTilePointer = UnsafeMutablePointer<PositionTileMemory>

/// Computes tiles of `outputs` (1 or 2) output blocks and `rows` by `columns` positions.
///
/// `step` is the distance of columns in the source, a constant: the address of a position is then part of the instruction
/// that reads it. Where it is 0 the positions flow: there is one row, and each has an address of its own.
enum PositionTile<let outputs: Int, let rows: Int, let columns: Int, let step: Int> {
    @inline(never)
    static func compute(_ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
        var scalars = origin
        var rowsLeft = memory.pointee.tileRows
        repeat {
            computeRow(memory, scalars, vectors)
            scalars += memory.pointee.rowScalars
            memory.pointee.destination = memory.pointee.destination.map { $0 + memory.pointee.rowResults }
            memory.pointee.addend = memory.pointee.addend.map { $0 + memory.pointee.rowAddends }
            memory.pointee.choice = memory.pointee.choice.map { $0 + memory.pointee.rowChoices }
            rowsLeft &-= 1
        } while rowsLeft > 0
    }

    @inline(__always)
    private static func computeRow(_ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
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
            if let bytes = choice { choice = bytes + rows * columns / 4 * lanes }
            if let values = addend { addend = values + memory.pointee.tileAddends }
            left &-= 1
        } while left > 0
    }

    /// The positions of piece 0 to 5. Longer loops would not be unrolled, and only constant numbers keep sums in registers.
    @inline(__always)
    private static func positions(_ piece: Int) -> Range<Int> {
        Range(uncheckedBounds: (min(4 * piece, rows * columns), min(4 * piece + 4, rows * columns)))
    }

    /// How far a position is from the first one: where positions flow `places` says it, else rows and columns are steps.
    @inline(__always)
    private static func offset(of position: Int, _ places: Positions, row: Int, column: Int) -> Int {
        step == 0 ? Int(places[position]) : position / columns &* row &+ position % columns &* column
    }

    @inline(__always)
    private static func start(_ memory: PositionTilePointer, _ addend: Floats?) -> Sums {
        var registers = noSums
        setStart(0, memory, &registers)
        setStart(1, memory, &registers)
        setStart(2, memory, &registers)
        setStart(3, memory, &registers)
        setStart(4, memory, &registers)
        setStart(5, memory, &registers)
        if let addend {
            addAddend(0, memory, addend, &registers)
            addAddend(1, memory, addend, &registers)
            addAddend(2, memory, addend, &registers)
            addAddend(3, memory, addend, &registers)
            addAddend(4, memory, addend, &registers)
            addAddend(5, memory, addend, &registers)
        }
        return registers
    }

    @inline(__always)
    private static func setStart(_ piece: Int, _ memory: PositionTilePointer, _ registers: inout Sums) {
        for position in positions(piece) {
            registers[position * outputs] = memory.pointee.firstStart
            if outputs > 1 { registers[position * outputs + 1] = memory.pointee.secondStart }
        }
    }

    @inline(__always)
    private static func addAddend(
        _ piece: Int, _ memory: PositionTilePointer, _ addend: Floats, _ registers: inout Sums
    ) {
        let blockStep = memory.pointee.addendStep
        for position in positions(piece) {
            let values =
                addend + offset(of: position, memory.pointee.addends, row: memory.pointee.addendRow, column: lanes)
            registers[position * outputs] += values.vector(at: 0)
            if outputs > 1 { registers[position * outputs + 1] += values.vector(at: blockStep) }
        }
    }

    /// Adds one term to every sum.
    @inline(__always)
    private static func add(
        _ scalar: Floats, _ sourceRow: Int, _ vector: Floats, _ outputStep: Int, _ places: Positions,
        _ registers: inout Sums
    ) {
        let first = vector.vector(at: 0)
        let second = outputs > 1 ? vector.vector(at: outputStep) : first
        add(0, scalar, sourceRow, first, second, places, &registers)
        add(1, scalar, sourceRow, first, second, places, &registers)
        add(2, scalar, sourceRow, first, second, places, &registers)
        add(3, scalar, sourceRow, first, second, places, &registers)
        add(4, scalar, sourceRow, first, second, places, &registers)
        add(5, scalar, sourceRow, first, second, places, &registers)
    }

    @inline(__always)
    private static func add(
        _ piece: Int, _ scalar: Floats, _ sourceRow: Int, _ first: Vector, _ second: Vector, _ places: Positions,
        _ registers: inout Sums
    ) {
        for position in positions(piece) {
            let factor = Vector(repeating: scalar[offset(of: position, places, row: sourceRow, column: step)])
            let place = position * outputs
            registers[place] = multiplyAdd(registers[place], first, factor)
            if outputs > 1 { registers[place + 1] = multiplyAdd(registers[place + 1], second, factor) }
        }
    }

    /// Elements between neighbouring columns of the source.
    @inline(__always)
    private static var columnWidth: Int { step % lanes == 0 ? lanes : 1 }

    /// Adds the terms of three neighbouring places of the kernel's row, whose vectors are `vectorStep` apart, to every sum.
    /// A scalar belongs to up to three sums that are neighbours, and is read once.
    @inline(__always)
    private static func addThree(
        _ scalar: Floats, _ sourceRow: Int, _ vector: Floats, _ vectorStep: Int, _ registers: inout Sums
    ) {
        let (first, second) = (vector.vector(at: 0), vector.vector(at: vectorStep))
        let third = vector.vector(at: 2 &* vectorStep)
        addThree(0, scalar, sourceRow, first, second, third, &registers)
        addThree(1, scalar, sourceRow, first, second, third, &registers)
        addThree(2, scalar, sourceRow, first, second, third, &registers)
        addThree(3, scalar, sourceRow, first, second, third, &registers)
        addThree(4, scalar, sourceRow, first, second, third, &registers)
        addThree(5, scalar, sourceRow, first, second, third, &registers)
    }

    @inline(__always)
    private static func addThree(
        _ piece: Int, _ scalar: Floats, _ sourceRow: Int, _ first: Vector, _ second: Vector, _ third: Vector,
        _ registers: inout Sums
    ) {
        for position in positions(piece) {
            let scalars = scalar + (position / columns &* sourceRow &+ position % columns &* step)
            var sum = registers[position]
            sum = multiplyAdd(sum, first, Vector(repeating: scalars[0]))
            sum = multiplyAdd(sum, second, Vector(repeating: scalars[columnWidth]))
            registers[position] = multiplyAdd(sum, third, Vector(repeating: scalars[2 * columnWidth]))
        }
    }

    @inline(__always)
    private static func accumulate(
        _ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats, _ registers: inout Sums
    ) {
        let (outer, middle, inner) = (memory.pointee.outer, memory.pointee.middle, memory.pointee.inner)
        let (outputStep, scalarStep) = (memory.pointee.outputStep, memory.pointee.scalarStep)
        let vectorStep = memory.pointee.vectorStep
        let (sourceRow, sharesScalars) = (memory.pointee.sourceRow, memory.pointee.sharesScalars)
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
                    var left = terms
                    if outputs == 1 && step > 0 && sharesScalars && innerLeft > 2 {
                        repeat {
                            addThree(scalar, sourceRow, vector, inner.vectorStep, &registers)
                            scalar += scalarStep
                            vector += vectorStep
                            left &-= 1
                        } while left > 0
                        innerScalars += 3 &* inner.scalarStep
                        innerVectors += 3 &* inner.vectorStep
                        innerLeft &-= 3
                        continue
                    }
                    repeat {
                        add(scalar, sourceRow, vector, outputStep, places, &registers)
                        scalar += scalarStep
                        vector += vectorStep
                        left &-= 1
                    } while left > 0
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
        if memory.pointee.store == TileStore.store {
            storeSums(0, memory, registers, destination)
            storeSums(1, memory, registers, destination)
            storeSums(2, memory, registers, destination)
            storeSums(3, memory, registers, destination)
            storeSums(4, memory, registers, destination)
            storeSums(5, memory, registers, destination)
        } else if memory.pointee.store == TileStore.window && holdsWindows {
            storeWindows(memory, registers, destination)
        } else if memory.pointee.store == TileStore.choice && holdsWindows {
            if let choice { storeChoices(memory, registers, destination, choice) }
        } else {
            keepSums(0, memory, registers)
            keepSums(1, memory, registers)
            keepSums(2, memory, registers)
            keepSums(3, memory, registers)
            keepSums(4, memory, registers)
            keepSums(5, memory, registers)
        }
    }

    @inline(__always)
    private static func storeSums(
        _ piece: Int, _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats
    ) {
        let floor = memory.pointee.floor
        let blockStep = memory.pointee.destinationStep
        for position in positions(piece) {
            let target =
                destination
                + offset(of: position, memory.pointee.results, row: memory.pointee.resultRow, column: lanes)
            target.store(greater(floor, registers[position * outputs]), at: 0)
            if outputs > 1 { target.store(greater(floor, registers[position * outputs + 1]), at: blockStep) }
        }
    }

    @inline(__always)
    private static func keepSums(_ piece: Int, _ memory: PositionTilePointer, _ registers: borrowing Sums) {
        let target = memory.pointee.sums.unsafelyUnwrapped
        for position in positions(piece) {
            target.store(registers[position * outputs], at: position * outputs * lanes)
            if outputs > 1 { target.store(registers[position * outputs + 1], at: (position * 2 + 1) * lanes) }
        }
    }
}

// MARK: - Pooling windows

extension PositionTile {
    /// Whether the positions may be 2 × 2 windows: each four that flow, or two columns of two rows.
    @inline(__always)
    fileprivate static var holdsWindows: Bool { step == 0 ? columns % 4 == 0 : rows == 2 && columns % 2 == 0 }

    /// The sum of position `number` (upper left, upper right, lower left, lower right) of a window.
    @inline(__always)
    private static func place(_ window: Int, _ number: Int, _ output: Int) -> Int {
        let position =
            step == 0 ? window * 4 + number : number / 2 * columns + window * 2 + number % 2
        return position * outputs + output
    }

    @inline(__always)
    private static func target(_ memory: PositionTilePointer, _ destination: Floats, _ window: Int) -> Floats {
        destination + (step == 0 ? Int(memory.pointee.results[window]) : window &* lanes)
    }

    @inline(__always)
    fileprivate static func storeWindows(
        _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats
    ) {
        storeWindow(0, memory, registers, destination)
        storeWindow(1, memory, registers, destination)
        storeWindow(2, memory, registers, destination)
        storeWindow(3, memory, registers, destination)
        storeWindow(4, memory, registers, destination)
        storeWindow(5, memory, registers, destination)
    }

    @inline(__always)
    private static func storeWindow(
        _ window: Int, _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats
    ) {
        guard window < rows * columns / 4 else { return }
        let target = target(memory, destination, window)
        let floor = memory.pointee.floor
        target.store(greater(floor, greatestOfWindow(registers, window, 0)), at: 0)
        if outputs > 1 {
            target.store(greater(floor, greatestOfWindow(registers, window, 1)), at: memory.pointee.destinationStep)
        }
    }

    @inline(__always)
    private static func greatestOfWindow(_ registers: borrowing Sums, _ window: Int, _ output: Int) -> Vector {
        greatest(
            registers[place(window, 0, output)], registers[place(window, 1, output)],
            registers[place(window, 2, output)], registers[place(window, 3, output)])
    }

    @inline(__always)
    fileprivate static func storeChoices(
        _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats,
        _ choice: UnsafeMutableRawPointer
    ) {
        storeChoice(0, memory, registers, destination, choice)
        storeChoice(1, memory, registers, destination, choice)
        storeChoice(2, memory, registers, destination, choice)
        storeChoice(3, memory, registers, destination, choice)
        storeChoice(4, memory, registers, destination, choice)
        storeChoice(5, memory, registers, destination, choice)
    }

    @inline(__always)
    private static func storeChoice(
        _ window: Int, _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats,
        _ choice: UnsafeMutableRawPointer
    ) {
        guard window < rows * columns / 4 else { return }
        let target = target(memory, destination, window)
        storeChoice(window, 0, memory, registers, target, choice + window * lanes)
        if outputs > 1 {
            storeChoice(
                window, 1, memory, registers, target + memory.pointee.destinationStep,
                choice + (memory.pointee.choiceStep + window * lanes))
        }
    }

    @inline(__always)
    private static func storeChoice(
        _ window: Int, _ output: Int, _ memory: PositionTilePointer, _ registers: borrowing Sums, _ target: Floats,
        _ choice: UnsafeMutableRawPointer
    ) {
        var value = registers[place(window, 0, output)]
        var chosen = IntegerVector()
        take(registers[place(window, 1, output)], 1, &value, &chosen)
        take(registers[place(window, 2, output)], 2, &value, &chosen)
        take(registers[place(window, 3, output)], 3, &value, &chosen)
        value = greater(memory.pointee.floor, value)
        target.store(value, at: 0)
        if memory.pointee.relu { chosen = chosenAboveZero(chosen, value) }
        storeBytes(of: chosen, at: choice)
    }
}

/// The choice that belongs to `result` where ReLU is applied: 255 where it is not above zero.
@inline(__always)
func chosenAboveZero(_ chosen: IntegerVector, _ result: Vector) -> IntegerVector {
    choose(IntegerVector(repeating: 255), where: result .<= Vector(), else: chosen)
}
