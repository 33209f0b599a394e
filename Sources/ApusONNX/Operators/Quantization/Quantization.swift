import ApusGraph

extension OperatorTable {
    static let quantization: [OperatorEntry] = [
        OperatorEntry("QuantizeLinear", since: 10) { node throws(NodeFailure) in
            let x = try node.input(0)
            let grid = try node.grid(of: x)
            let written = try node.writtenType("output_dtype")
            let elementType = grid.zeroPoint.map { node.type($0).elementType } ?? written ?? .u8
            // Of numbers of 8 bits only.
            _ = try node.optionalInt("saturate")
            if let precision = try node.writtenType("precision"), precision != .f32 {
                throw node.failure("divides in \(precision.rawValue), and is computed in f32")
            }
            node.finish(try node.quantized(node.cast(x, to: .f32), grid, to: elementType))
        },
        OperatorEntry("DequantizeLinear", since: 10) { node throws(NodeFailure) in
            let x = try node.input(0)
            let grid = try node.grid(of: x)
            let scale = try node.input(1)
            let elementType = try node.writtenType("output_dtype") ?? node.type(scale).elementType
            node.finish(try node.cast(node.dequantized(x, grid), to: elementType))
        },
        OperatorEntry("DynamicQuantizeLinear", since: 11) { node throws(NodeFailure) in
            let quantized = try node.dynamicallyQuantized(node.input(0))
            node.finish(quantized.codes)
            node.finish(quantized.scale, output: 1)
            node.finish(quantized.zeroPoint, output: 2)
        },
    ]
}

/// Which numbers integers stand for: `(integer − zero point) · scale`.
struct QuantizationGrid {
    /// In single precision: a number, a vector along the axis, or one for each block.
    var scale: ValueID
    /// Of the integers' type and the scale's shape.
    var zeroPoint: ValueID?
    var axis: Int
    /// Elements along the axis that have a scale in common; 0 where there are no blocks.
    var block = 0
}

extension NodeImport {
    /// The scale, input 1, and the zero point, input 2, for a value.
    fileprivate mutating func grid(of x: ValueID) throws(NodeFailure) -> QuantizationGrid {
        let axisNumber = try int("axis", default: 1)
        let block = try int("block_size", default: 0)
        let scale = try cast(input(1), to: .f32)
        var grid = QuantizationGrid(scale: scale, zeroPoint: try optionalInput(2), axis: axisNumber)
        // One number for all may be written as a vector.
        if type(scale).shape == [1] { grid.scale = try reshape(scale, []) }
        if let zeroPoint = grid.zeroPoint, type(zeroPoint).shape == [1], rank(grid.scale) == 0 {
            grid.zeroPoint = try reshape(zeroPoint, [])
        }
        if let zeroPoint = grid.zeroPoint, type(zeroPoint).dimensions != type(grid.scale).dimensions {
            throw failure("its scale is \(type(scale)), and its zero point \(type(zeroPoint))")
        }
        guard rank(grid.scale) > 1 || block > 0 && rank(grid.scale) > 0 else { return grid }
        let axis = try axis(axisNumber, rank: rank(x))
        let (own, whole) = (type(scale).dimensions, type(x).dimensions)
        guard own.count == whole.count, own.indices.allSatisfy({ $0 == axis || own[$0] == whole[$0] }), block > 0,
            let count = whole[axis].number, own[axis].number == (count - 1) / block + 1
        else { throw failure("blocks of \(block) along axis \(axis) of \(type(x)) don't give \(type(scale))") }
        try requireRoom(elements: count)
        (grid.axis, grid.block) = (axis, block)
        return grid
    }

    /// Numbers of blocks along the axis, for each element of a value.
    private mutating func repeated(
        _ numbers: ValueID, _ grid: QuantizationGrid, over x: ValueID
    ) throws(NodeFailure) -> ValueID {
        let count = type(x).dimensions[grid.axis].number ?? 0
        return try apply(Gather(axis: grid.axis), numbers, vector((0..<count).map { $0 / grid.block }))
    }

    /// Codes without a sign of numbers in single precision, with the range that these have while the model runs.
    mutating func dynamicallyQuantized(
        _ x: ValueID
    ) throws(NodeFailure) -> (codes: ValueID, scale: ValueID, zeroPoint: ValueID) {
        // The range of the numbers and 0, in 255 steps.
        let lowest = try apply(.minimum(.operand(0), 0), apply(ReduceMin(), x))
        let highest = try apply(.maximum(.operand(0), 0), apply(ReduceMax(), x))
        let scale = try apply((.operand(1) - .operand(0)) / 255, lowest, highest)
        let place = try apply(.unary(.round, -.operand(0) / .operand(1)), lowest, scale)
        let zeroPoint = try apply(Cast(to: .u8), place)
        return (try apply(QuantizeLinear(), x, scale, zeroPoint), scale, zeroPoint)
    }

    /// The integers that are nearest to numbers in single precision.
    mutating func quantized(
        _ x: ValueID, _ grid: QuantizationGrid, to elementType: ElementType
    ) throws(NodeFailure) -> ValueID {
        guard grid.block > 0 else {
            let operands = [x, grid.scale] + (grid.zeroPoint.map { [$0] } ?? [])
            return try applyAll(QuantizeLinear(to: elementType, axis: grid.axis), operands)[0]
        }
        let scale = try repeated(grid.scale, grid, over: x)
        let steps = try apply(.unary(.round, .operand(0) / .operand(1)), x, scale)
        guard let zeroPoint = grid.zeroPoint else { return try apply(Cast(to: elementType), steps) }
        let zeros = try cast(repeated(zeroPoint, grid, over: x), to: .f32)
        return try apply(Cast(to: elementType), apply(Add(), steps, zeros))
    }

    /// The numbers in single precision that integers stand for.
    fileprivate mutating func dequantized(_ x: ValueID, _ grid: QuantizationGrid) throws(NodeFailure) -> ValueID {
        if !type(x).elementType.isFloatingPoint, rank(grid.scale) == 0 {
            return try numbers(of: x, grid.scale, grid.zeroPoint)
        }
        let operands = [x, grid.scale] + (grid.zeroPoint.map { [$0] } ?? [])
        return try applyAll(DequantizeLinear(axis: grid.axis, block: grid.block), operands)[0]
    }

    /// Integers in single precision, with their zero point taken away.
    mutating func single(_ x: ValueID, minus zeroPoint: ValueID?) throws(NodeFailure) -> ValueID {
        let numbers = try cast(x, to: .f32)
        guard let zeroPoint else { return numbers }
        return try apply(Subtract(), numbers, cast(zeroPoint, to: .f32))
    }

    /// An element type that an attribute says; nil where it says none.
    fileprivate mutating func writtenType(_ name: String) throws(NodeFailure) -> ElementType? {
        try optionalInt(name) ?? 0 == 0 ? nil : try optionalElementType(name)
    }
}
