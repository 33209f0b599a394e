/// Elements moved along dimensions, those that leave at one end coming in at the other.
public struct Roll: CompositeOperator {
    public static let name = "roll"
    public static let documentation = OperatorDocumentation(
        summary: "Moves elements along dimensions, from one end to the other.",
        details: "`y[(i + shift) mod size] = x[i]`.",
        operands: [.init("x", "any type and shape")],
        attributes: [
            .init("shifts", "by how many elements, negative to the front"),
            .init("axes", "along which dimensions, negative ones from the end"),
        ],
        results: [.init("y", "of the same shape")],
        constraints: [
            .init("C1", "one operand"), .init("C2", "`axes` are different dimensions of x, and numbers"),
            .init("C3", "there is one shift for each axis"),
        ],
        example: "shifted = roll(windows, shifts: [-3, -3], axes: [1, 2])")

    public var shifts: [Int]
    public var axes: [Int]

    public init(shifts: [Int], axes: [Int]) {
        self.shifts = shifts
        self.axes = axes
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        shifts = try attributes.required("shifts", try attributes.integers("shifts"), "a list of numbers")
        axes = try attributes.required("axes", try attributes.integers("axes"), "a list of numbers")
    }
    public var attributes: [Attribute] { [Attribute("shifts", .integers(shifts)), Attribute("axes", .integers(axes))] }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        for axis in try checks.axes("C2", axes) where operands[0].dimensions[axis].number == nil {
            throw ConstraintViolation(
                "C2", "dimension \(axis) of \(operands[0]) is not a number", remedy: "give its symbols their numbers",
                at: .attribute("axes"))
        }
        guard shifts.count == axes.count else {
            throw ConstraintViolation(
                "C3", "\(shifts.count) shifts do not belong to \(axes.count) axes", remedy: "give one for each",
                at: .attribute("shifts"))
        }
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let x = composer.type(of: operands[0])
        var result = operands[0]
        for (given, shift) in zip(axes, shifts) {
            guard let axis = axisNumber(given, rank: x.rank), let size = x.dimensions[axis].number else { continue }
            let cut = (size - shift % size) % size
            if cut == 0 { continue }
            let parts = try composer.emitAll(Split(axis: axis, sizes: [.fixed(cut), .fixed(size - cut)]), [result])
            result = try composer.emit(Concat(axis: axis), parts[1], parts[0])
        }
        return [result == operands[0] ? try composer.emit(Identity(), result) : result]
    }
}
