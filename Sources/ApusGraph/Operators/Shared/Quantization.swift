/// What quantize_linear and dequantize_linear share: numbers `(q − zero point) · scale` for integers q.
enum Quantization {
    static let axes = -8...7

    /// Checks scale (C2), zero point (C3) and axis (C4) for a value `x` whose axis they may follow.
    static func check(
        _ operands: [TensorType], _ name: String, axis: Int, zeroPoint: ElementType
    ) throws(ConstraintViolation) {
        let x = operands[0]
        let scale = operands[1]
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

    /// A vector along an axis, or a number, in a shape that is broadcast with `x`, as a floating-point type.
    static func along(
        _ axis: Int, _ vector: ValueID, of x: TensorType, as type: ElementType, _ composer: inout Composer
    ) throws(GraphError) -> ValueID {
        let own = composer.type(of: vector)
        let numbers = own.elementType == type ? vector : try composer.emit(Cast(to: type), vector)
        guard let count = own.shape?.first, let number = axisNumber(axis, rank: x.rank), number < x.rank - 1 else {
            return numbers
        }
        return try composer.emit(
            Reshape(shape: [count] + Array(repeating: 1, count: x.rank - 1 - number)), numbers)
    }
}
