/// A value all of whose elements are one number.
public struct Full: Operator {
    public static let name = "full"
    public static let documentation = OperatorDocumentation(
        summary: "Makes a value that is one number everywhere.",
        details:
            "In place of the attribute an operand may say the shape, where its elements are known before the graph runs.",
        operands: [.init("target", "the shape, in place of the attribute")],
        attributes: [
            .init("shape", "the whole shape, which may have symbols in it: `[N, 2*T]`"),
            .init("value", "the number; 0"), .init("type", "the element type; f32"),
        ],
        results: [.init("y", "of the shape and the element type")],
        constraints: [
            .init("C1", "no operand, or one where there is no `shape`: a vector of integers that are known"),
            .init("C2", "the dimensions are at least 1"),
        ],
        example: "zeros = full(shape: [4, 10])")

    public var shape: [Dimension]?
    public var value: Double
    public var elementType: ElementType

    /// - Parameter shape: nil where an operand says it.
    public init(shape: [Dimension]?, value: Double = 0, elementType: ElementType = .f32) {
        self.shape = shape
        self.value = value
        self.elementType = elementType
    }
    /// One number in every place of a value of a type.
    public init(_ value: Double, of type: TensorType) {
        self.init(shape: type.dimensions, value: value, elementType: type.elementType)
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        shape = try attributes.dimensions("shape")
        value = try attributes.number("value", in: -Double.infinity...Double.infinity, default: 0)
        elementType = try attributes.elementType("type", default: .f32)
    }
    public var attributes: [Attribute] {
        (shape.map { [Attribute("shape", .dimensionList($0))] } ?? [])
            + (value == 0 ? [] : [Attribute("value", .number(value))])
            + (elementType == .f32 ? [] : [Attribute("type", .word(elementType.rawValue))])
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard shape == nil else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...1, "a target where 'shape' is not given")
        return ResolvedCall(
            Full(shape: try checks.known("C1", 0, known), value: value, elementType: elementType), operands: [])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard try resolving(operands, known: []) == nil, let shape else { return [] }
        try OperandChecks(Self.name, operands).count("C1", 0...0, "no operand beside 'shape'")
        let type = TensorType(elementType, shape)
        guard shape.count <= LanguageLimit.rank, shape.allSatisfy({ $0.number.map { $0 >= 1 } ?? true }) else {
            throw ConstraintViolation(
                "C2", "\(type) is not a type", remedy: "use up to \(LanguageLimit.rank) dimensions from 1 on",
                at: .attribute("shape"))
        }
        return [InferredType(type)]
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        let given = shape ?? operands.first??.elements
        guard let given, given.count <= 1, let count = Dimension.product(given).number, count <= KnownIntegers.limit
        else {
            return [nil]
        }
        let number = Dimension.fixed(Elements.truncated(value))
        return [KnownIntegers(Array(repeating: number, count: count), rank: given.count)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        context.node.operands.map { _ in nil }
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [Tensor(shape: results[0], repeating: value).converted(to: elementType)]
    }
}
