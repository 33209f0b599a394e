/// The dimensions of a value as numbers.
public struct ShapeOf: Operator {
    public static let name = "shape"
    public static let documentation = OperatorDocumentation(
        summary: "Gives the dimensions of a value as a vector.",
        details: "Where shapes are computed of it, that is done before the graph runs.",
        operands: [.init("x", "any type and shape")],
        attributes: [
            .init("start", "the first dimension to give, negative from the end; 0"),
            .init("end", "the place behind the last one, negative from the end; the rank"),
        ],
        results: [.init("y", "i64[count of dimensions]")],
        constraints: [.init("C1", "one operand"), .init("C2", "there is a dimension between `start` and `end`")],
        example: "sizes = shape(image)")

    public var start: Int
    public var end: Int?

    public init(start: Int = 0, end: Int? = nil) {
        self.start = start
        self.end = end
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        start = try attributes.integer("start", in: -8...8, default: 0)
        let last = try attributes.integer("end", in: -8...9, default: 9)
        end = last == 9 ? nil : last
    }
    public var attributes: [Attribute] {
        (start == 0 ? [] : [Attribute("start", .integer(start))]) + (end.map { [Attribute("end", .integer($0))] } ?? [])
    }

    private func dimensions(_ x: TensorType) -> [Dimension] {
        func place(_ place: Int) -> Int { min(max(place < 0 ? place + x.rank : place, 0), x.rank) }
        let (first, last) = (place(start), place(end ?? x.rank))
        return first < last ? Array(x.dimensions[first..<last]) : []
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        let dimensions = dimensions(operands[0])
        guard !dimensions.isEmpty else {
            throw ConstraintViolation(
                "C2", "\(operands[0]) has no dimensions from \(start) to \(end ?? operands[0].rank)",
                remedy: "give it a value that has, and a start before the end", at: .operand(0))
        }
        return [InferredType(TensorType(.i64, [.fixed(dimensions.count)]))]
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        [KnownIntegers(dimensions(types[0]))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { operands.haveNoSymbols }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] { [nil] }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let dimensions = dimensions(TensorType(.f32, shape: operands[0].shape))
        return [Tensor(.i64, shape: results[0], integers: dimensions.compactMap(\.number))]
    }
}
