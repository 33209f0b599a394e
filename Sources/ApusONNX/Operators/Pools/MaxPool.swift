import ApusGraph

extension NodeImport {
    mutating func takeMaxPool() throws(NodeFailure) {
        let x = try input(0)
        let elementType = type(x).elementType
        let window = try poolWindow(x)
        let isColumnMajor = try int("storage_order", default: 0) != 0
        // Bytes are numbers of single precision too.
        guard elementType.isFloatingPoint || elementType == .u8 || elementType == .i8 else {
            throw failure("pools \(elementType.rawValue), which is not computed")
        }
        let value = try cast(x, to: .f32)
        if makes(1) {
            let (result, places) = try indexedMaximum(value, window, isColumnMajor: isColumnMajor)
            finish(places, output: 1)
            return finish(try cast(result, to: elementType))
        }
        let result: ValueID
        if isPlain(window) {
            let operations: [any Operator.Type] = [MaxPool1D.self, MaxPool2D.self, MaxPool3D.self]
            let operation = try make(
                operations[window.rank - 1],
                window.attributes("window") + [Attribute("ceil", .boolean(window.ceils))])
            result = try apply(operation, value)
        } else {
            result = try fold(value, window, fill: -.infinity, Maximum())
        }
        finish(try cast(result, to: elementType))
    }

    /// The maximum of each window, and the number of the first element that has it, among all elements of `x`.
    private mutating func indexedMaximum(
        _ x: ValueID, _ window: ImportedWindow, isColumnMajor: Bool
    ) throws(NodeFailure) -> (maximum: ValueID, places: ValueID) {
        let dimensions = type(x).dimensions
        let spatial = Array(2..<dimensions.count)
        let order = [0, 1] + (isColumnMajor ? spatial.reversed() : spatial)
        let line = try apply(NumberRange(count: dimensions.reduce(1, *)))
        var places = try transpose(try reshape(line, order.map { dimensions[$0] }), order)
        if places == line { places = try apply(Identity(), line) }
        var best = x
        let zero = try scalar(0, like: places)
        for axis in (0..<window.rank).reversed() {
            let candidates = try parts(best, window, axis, fill: -.infinity)
            // A place of the padding has no number, and gives way to any that has one.
            let numbers = try parts(places, window, axis, fill: -1)
            (best, places) = (candidates[0], numbers[0])
            for (candidate, number) in zip(candidates, numbers).dropFirst() {
                let isFree = try apply(
                    And(), try apply(Less(), places, zero), try apply(GreaterOrEqual(), number, zero))
                let isBetter = try apply(Or(), try apply(Greater(), candidate, best), isFree)
                places = try apply(Where(), isBetter, number, places)
                best = try apply(Maximum(), best, candidate)
            }
        }
        return (best, places)
    }

    /// Puts each maximum back where it was, and zeros elsewhere.
    mutating func takeMaxUnpool() throws(NodeFailure) {
        let (x, places) = (try input(0), try input(1))
        guard let size = try optionalInts("kernel_shape") else { throw failure("has no 'kernel_shape'") }
        let window = try plainWindow(size, rank: rank(x))
        let shape = try numbers(type(x).dimensions, "a dimension of the input")
        let sizes = size.indices.map { axis in
            (shape[axis + 2] - 1) * window.stride[axis] - window.before[axis] - window.after[axis] + size[axis]
        }
        let whole = Array(shape.prefix(2)) + sizes
        let count = whole.reduce(1) { min($0 * max($1, 0), 1 << 40) }
        guard (1...1 << 30).contains(count) else { throw failure("makes \(whole), which can't be") }
        let elementType = type(x).elementType
        let zeros = try apply(Full(shape: [.fixed(count)], elementType: elementType))
        let flat: [Dimension] = [.fixed(shape.reduce(1, *))]
        let filled = try apply(ScatterElements(axis: 0), zeros, try reshape(places, flat), try reshape(x, flat))
        var result = try reshape(filled, whole.map(Dimension.fixed))
        if has(2) {
            let wanted = try integers(2, "the output's shape")
            guard wanted.count == whole.count, zip(wanted, whole).allSatisfy({ $0 >= $1 }) else {
                throw failure("can't make \(wanted) of \(whole)")
            }
            if wanted != whole {
                result = try apply(
                    Pad(before: whole.map { _ in 0 }, after: zip(wanted, whole).map { $0 - $1 }), result)
            }
        }
        finish(result)
    }
}
