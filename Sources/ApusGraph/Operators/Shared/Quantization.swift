/// What quantize_linear and dequantize_linear share: numbers `(q − zero point) · scale` for integers q.
enum Quantization {
    static let axes = -8...7

    /// Checks scale (C2), zero point (C3), axis (C4) and blocks (C5) for a value `x` whose axis they may follow.
    static func check(
        _ operands: [TensorType], _ name: String, axis: Int, block: Int = 0, zeroPoint: ElementType
    ) throws(ConstraintViolation) {
        let x = operands[0]
        let scale = operands[1]
        if block > 0 { return try checkBlocks(operands, name, axis: axis, block: block, zeroPoint: zeroPoint) }
        guard scale.elementType == .f32, scale.rank <= 1, scale.shape != nil else {
            throw ConstraintViolation(
                "C2", "the scale of \(name) is a number or a vector, not \(scale)",
                remedy: "give f32[], or f32[C] for one along the axis", at: .operand(1))
        }
        if operands.count > 2 {
            try OperandChecks(name, operands).match("C3", 2, TensorType(zeroPoint, scale.dimensions), "the zero point")
        }
        guard scale.rank == 1 else { return }
        guard let number = axisNumber(axis, rank: x.rank), x.dimensions[number] == scale.dimensions[0] else {
            throw ConstraintViolation(
                "C4", "\(x) has no axis \(axis) of \(scale.dimensions[0]) elements",
                remedy: "give the axis that the scale belongs to", at: .attribute("axis"))
        }
    }

    private static func checkBlocks(
        _ operands: [TensorType], _ name: String, axis: Int, block: Int, zeroPoint: ElementType
    ) throws(ConstraintViolation) {
        let (x, scale) = (operands[0], operands[1])
        guard scale.elementType == .f32 else {
            throw ConstraintViolation(
                "C2", "the scales of the blocks of \(name) are f32, not \(scale)", remedy: "give f32", at: .operand(1))
        }
        guard let number = axisNumber(axis, rank: x.rank), let count = x.dimensions[number].number else {
            throw ConstraintViolation(
                "C5", "\(x) has no axis \(axis) of so many elements that they are blocks",
                remedy: "give an axis whose size is a number", at: .attribute("axis"))
        }
        var dimensions = x.dimensions
        dimensions[number] = .fixed((count + block - 1) / block)
        let checks = OperandChecks(name, operands)
        try checks.match("C5", 1, TensorType(.f32, dimensions), "the scale")
        if operands.count > 2 { try checks.match("C3", 2, TensorType(zeroPoint, dimensions), "the zero point") }
    }

    /// A vector along an axis, the numbers of blocks along it, or one number, in a shape that is broadcast with `x`, in f32.
    static func along(
        _ axis: Int, block: Int = 0, _ vector: ValueID, of x: TensorType, _ composer: inout Composer
    ) throws(GraphError) -> ValueID {
        let own = composer.type(of: vector)
        let numbers = own.elementType == .f32 ? vector : try composer.emit(Cast(to: .f32), vector)
        if block > 0, let number = axisNumber(axis, rank: x.rank), let count = x.dimensions[number].number {
            try composer.checkConstant(count: count)
            let blocks = try composer.constant(
                "blocks", TensorType(.i64, [.fixed(count)]), .integers((0..<count).map { $0 / block }))
            return try composer.emit(Gather(axis: number), numbers, blocks)
        }
        guard let count = own.shape?.first, let number = axisNumber(axis, rank: x.rank), number < x.rank - 1 else {
            return numbers
        }
        return try composer.emit(
            Reshape(shape: [count] + Array(repeating: 1, count: x.rank - 1 - number)), numbers)
    }
}
