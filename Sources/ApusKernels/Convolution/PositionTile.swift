// The inner loop of convolutions: some output blocks by some positions, each sum a vector, all in registers.

/// Computes tiles of `outputs` (1 or 2) output blocks and `rows` by `columns` positions.
///
/// `step` is the distance of columns in the source, a constant: the address of a position is then part of the instruction
/// that reads it. Where it is 0 the positions are linear: there is one row, and each has an address of its own.
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
            memory.pointee.argmax = memory.pointee.argmax.map { $0 + memory.pointee.rowArgmaxes }
            rowsLeft &-= 1
        } while rowsLeft > 0
    }

    @inline(__always)
    private static func computeRow(_ memory: PositionTilePointer, _ origin: Floats, _ vectors: Floats) {
        var scalars = origin
        var destination = memory.pointee.destination.unsafelyUnwrapped
        var addend = memory.pointee.addend
        var argmax = memory.pointee.argmax
        var left = memory.pointee.tiles
        repeat {
            var registers = start(memory, addend)
            accumulate(memory, scalars, vectors, &registers)
            store(memory, registers, destination, argmax)
            scalars += memory.pointee.tileScalars
            destination += memory.pointee.tileResults
            // Tiles with argmaxes hold windows of four positions.
            if let bytes = argmax { argmax = bytes + rows * columns / 4 * lanes }
            if let values = addend { addend = values + memory.pointee.tileAddends }
            left &-= 1
        } while left > 0
    }

    /// The positions of piece 0 to 5. Longer loops would not be unrolled, and only constant numbers keep sums in registers.
    @inline(__always)
    private static func positions(_ piece: Int) -> Range<Int> {
        Range(uncheckedBounds: (min(4 * piece, rows * columns), min(4 * piece + 4, rows * columns)))
    }

    /// How far a position is from the first one: where positions are linear `places` says it, else rows and columns are steps.
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
        var first = memory.pointee.skippedTerms
        while round < outer.count {
            let terms = (round + 1 == outer.count ? memory.pointee.lastTerms : memory.pointee.terms) &- first
            var middleScalars = origin + (round &* outer.scalarStep &+ first &* scalarStep)
            var middleVectors = vectors + (round &* outer.vectorStep &+ first &* vectorStep)
            first = 0
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
        _ argmax: UnsafeMutableRawPointer?
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
        } else if memory.pointee.store == TileStore.argmax && holdsWindows {
            if let argmax { storeArgmaxes(memory, registers, destination, argmax) }
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
        let limits = memory.pointee.limits
        let blockStep = memory.pointee.destinationStep
        for position in positions(piece) {
            let target =
                destination
                + offset(of: position, memory.pointee.results, row: memory.pointee.resultRow, column: lanes)
            target.store(limits.applied(to: registers[position * outputs]), at: 0)
            if outputs > 1 { target.store(limits.applied(to: registers[position * outputs + 1]), at: blockStep) }
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
