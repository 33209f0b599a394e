/// One dimension resized.
package struct Interpolate: Operator {
    public static let name = "interpolate"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Resizes one dimension.",
        details: "`y[a..., i, b...] = Σ_j w[i, j] · x[a..., j, b...]`; `resize` explains the weights.",
        operands: [.init("x", "floating point; in mode nearest any type")],
        attributes: [
            .init("axis", "the dimension, from 0"), .init("size", "its new size, in a list: it may have symbols in it"),
            .init("scale", "new over old size, where it is not just that of the sizes; 0 for that"),
        ] + Interpolation.entries,
        results: [.init("y", "with the new size")],
        constraints: [
            .init("C1", "one operand, of floating point or in mode nearest"),
            .init("C2", "`axis` is a dimension of x, and the new size at least 1"),
        ],
        example: "wide = interpolate(image, axis: 3, size: [64], mode: linear)")

    public var axis: Int
    public var size: Dimension
    /// Nil where it is that of the sizes.
    public var scale: Double?
    public var interpolation: Interpolation

    public init(axis: Int, size: Dimension, scale: Double? = nil, interpolation: Interpolation) {
        self.axis = axis
        self.size = size
        self.scale = scale
        self.interpolation = interpolation
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: 0...7)
        size = try attributes.one("size")
        scale = try attributes.scale("scale")
        interpolation = try Interpolation(&attributes)
    }
    public var attributes: [Attribute] {
        [Attribute("axis", .integer(axis)), Attribute("size", .dimensionList([size]))]
            + (scale.map { [Attribute("scale", .number($0))] } ?? []) + interpolation.attributes
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        try checks.interpolated("C1", interpolation)
        guard axis < operands[0].rank, size.number.map({ $0 >= 1 }) ?? true else {
            throw ConstraintViolation(
                "C2", "dimension \(axis) of \(operands[0]) can't become \(size)",
                remedy: "use a dimension that is there, and a size from 1 on", at: .attribute("axis"))
        }
        var result = operands[0]
        result.dimensions[axis] = size
        return [InferredType(result)]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { operands.haveNoSymbols || axis > 0 }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let operation = InterpolateGradient(
            axis: axis, size: context.operandType(0).dimensions[axis], scale: scale, interpolation: interpolation)
        return [try context.emit(operation, [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let x = operands[0]
        let taps = interpolation.taps(input: x.shape[axis], output: results[0][axis], scale: scale)
        let (source, target) = (Positions(x.shape), Positions(results[0]))
        func offset(_ position: [Int], _ tap: Int) -> Int {
            var place = position
            place[axis] = taps.indices[position[axis] * taps.count + tap]
            return source.offset(place)
        }
        let positions = (0..<target.count).map(target.indices)
        if interpolation.mode == .nearest { return [x.picking(positions.map { offset($0, 0) }, shape: results[0])] }
        let elements = x.elements
        let sums = positions.map { position in
            (0..<taps.count).reduce(0.0) { sum, tap in
                sum + taps.weights[position[axis] * taps.count + tap] * elements[offset(position, tap)]
            }
        }
        return [Tensor(x.elementType, shape: results[0], elements: sums)]
    }
}

extension OperandChecks {
    /// Weights make numbers of floating point; the nearest element may be anything.
    func interpolated(_ label: String, _ interpolation: Interpolation) throws(ConstraintViolation) {
        guard interpolation.mode != .nearest, !operands[0].elementType.isFloatingPoint else { return }
        throw ConstraintViolation(
            label, "\(name) can't weigh the elements of \(operands[0])", remedy: "cast it to f32, or use mode nearest",
            at: .operand(0))
    }
}

extension AttributeReader {
    /// A single dimension, in a list or a number by itself.
    mutating func one(_ name: String) throws(AttributeError) -> Dimension {
        let list = try required(name, try dimensions(name), "a list of one dimension")
        guard list.count == 1 else {
            throw AttributeError(
                attribute: name, message: "'\(name)' is one dimension, not \(list.count)", remedy: "write \(name): [64]"
            )
        }
        return list[0]
    }

    /// A scale from 1/65536 on; nil where it is 0 or left out.
    mutating func scale(_ name: String) throws(AttributeError) -> Double? {
        let scale = try number(name, in: 0...65_536, default: 0)
        return scale < 1 / 65_536 ? nil : scale
    }
}
