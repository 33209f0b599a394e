// Tiles of positions that hold pooling windows.

extension PositionTile {
    /// Whether the positions may be 2 × 2 windows: each four that flow, or two columns of two rows.
    @inline(__always)
    static var holdsWindows: Bool { step == 0 ? columns % 4 == 0 : rows == 2 && columns % 2 == 0 }

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
    static func storeWindows(
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
        let limits = memory.pointee.limits
        target.store(limits.applied(to: maximumOfWindow(registers, window, 0)), at: 0)
        if outputs > 1 {
            target.store(
                limits.applied(to: maximumOfWindow(registers, window, 1)), at: memory.pointee.destinationStep)
        }
    }

    @inline(__always)
    private static func maximumOfWindow(_ registers: borrowing Sums, _ window: Int, _ output: Int) -> Vector {
        maximum(
            registers[place(window, 0, output)], registers[place(window, 1, output)],
            registers[place(window, 2, output)], registers[place(window, 3, output)])
    }

    @inline(__always)
    static func storeArgmaxes(
        _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats,
        _ argmax: UnsafeMutableRawPointer
    ) {
        storeArgmax(0, memory, registers, destination, argmax)
        storeArgmax(1, memory, registers, destination, argmax)
        storeArgmax(2, memory, registers, destination, argmax)
        storeArgmax(3, memory, registers, destination, argmax)
        storeArgmax(4, memory, registers, destination, argmax)
        storeArgmax(5, memory, registers, destination, argmax)
    }

    @inline(__always)
    private static func storeArgmax(
        _ window: Int, _ memory: PositionTilePointer, _ registers: borrowing Sums, _ destination: Floats,
        _ argmax: UnsafeMutableRawPointer
    ) {
        guard window < rows * columns / 4 else { return }
        let target = target(memory, destination, window)
        storeArgmax(window, 0, memory, registers, target, argmax + window * lanes)
        if outputs > 1 {
            storeArgmax(
                window, 1, memory, registers, target + memory.pointee.destinationStep,
                argmax + (memory.pointee.argmaxStep + window * lanes))
        }
    }

    @inline(__always)
    private static func storeArgmax(
        _ window: Int, _ output: Int, _ memory: PositionTilePointer, _ registers: borrowing Sums, _ target: Floats,
        _ argmax: UnsafeMutableRawPointer
    ) {
        var value = registers[place(window, 0, output)]
        var chosen = IntegerVector()
        take(registers[place(window, 1, output)], 1, &value, &chosen)
        take(registers[place(window, 2, output)], 2, &value, &chosen)
        take(registers[place(window, 3, output)], 3, &value, &chosen)
        value = memory.pointee.limits.applied(to: value)
        target.store(value, at: 0)
        if memory.pointee.limits.relu { chosen = chosenAboveZero(chosen, value) }
        storeBytes(of: chosen, at: argmax)
    }
}

/// The argmax that belongs to `result` where ReLU is applied: 255 where it is not above zero.
@inline(__always)
func chosenAboveZero(_ chosen: IntegerVector, _ result: Vector) -> IntegerVector {
    choose(IntegerVector(repeating: 255), where: result .<= Vector(), else: chosen)
}
