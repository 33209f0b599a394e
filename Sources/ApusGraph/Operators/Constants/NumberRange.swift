/// Numbers in equal steps.
public struct NumberRange: Operator {
    public static let name = "range"
    public static let documentation = OperatorDocumentation(
        summary: "Makes a vector of numbers in equal steps.",
        details: """
            `y[i] = start + i · step`. In place of attributes three operands may give the start, the limit and the step as \
            integers that are known before the graph runs; the numbers then end before the limit.
            """,
        operands: [
            .init("start", "in place of the attribute"), .init("limit", "behind the last number, in place of `count`"),
            .init("step", "in place of the attribute"),
        ],
        attributes: [
            .init("count", "how many numbers, which may have symbols in it: `[2*T]`"), .init("start", "the first; 0"),
            .init("step", "the difference; 1"), .init("type", "the element type; i64"),
        ],
        results: [.init("y", "the vector")],
        constraints: [
            .init("C1", "no operand, or three where there is no `count`: integers that are known"),
            .init("C2", "there is one `count`, and it is at least 1"),
        ],
        example: "positions = range(count: 128)")

    public var count: Dimension?
    public var start: Double
    public var step: Double
    public var elementType: ElementType

    /// - Parameter count: nil where operands give start, limit and step.
    public init(count: Dimension?, start: Double = 0, step: Double = 1, elementType: ElementType = .i64) {
        self.count = count
        self.start = start
        self.step = step
        self.elementType = elementType
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let counts = try attributes.dimensions("count")
        guard counts.map({ $0.count == 1 }) ?? true else {
            throw AttributeError(
                attribute: "count", message: "range has one 'count', not \(counts?.count ?? 0)",
                remedy: "write count: [2*T]")
        }
        count = counts?[0]
        start = try attributes.number("start", in: -1e18...1e18, default: 0)
        step = try attributes.number("step", in: -1e18...1e18, default: 1)
        elementType = try attributes.elementType("type", default: .i64)
    }
    public var attributes: [Attribute] {
        (count.map { [Attribute("count", .dimensionList([$0]))] } ?? [])
            + (start == 0 ? [] : [Attribute("start", .number(start))])
            + (step == 1 ? [] : [Attribute("step", .number(step))])
            + (elementType == .i64 ? [] : [Attribute("type", .word(elementType.rawValue))])
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard count == nil else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 3...3, "start, limit and step where 'count' is not given")
        let (starts, limits) = (try checks.known("C1", 0, known), try checks.known("C1", 1, known))
        let steps = try checks.knownNumbers("C1", 2, known)
        guard let start = starts.first?.number, let limit = limits.first, let step = steps.first, step != 0,
            step.magnitude <= LanguageLimit.integer
        else {
            throw ConstraintViolation(
                "C1", "range can't go from \(starts) in steps of \(steps)",
                remedy: "give numbers, and a step that is not 0",
                at: .operand(2))
        }
        let distance = step > 0 ? limit - .fixed(start) : .fixed(start) - limit
        let size = Int(step.magnitude)
        return ResolvedCall(
            NumberRange(
                count: (distance + .fixed(size - 1)) / size, start: Double(start), step: Double(step),
                elementType: operands[0].elementType), operands: [])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard try resolving(operands, known: []) == nil, let count else { return [] }
        try OperandChecks(Self.name, operands).count("C1", 0...0, "no operand beside 'count'")
        guard count.number.map({ $0 >= 1 }) ?? true else {
            throw ConstraintViolation(
                "C2", "range can't make \(count) numbers", remedy: "give a count from 1 on", at: .attribute("count"))
        }
        return [InferredType(TensorType(elementType, [count]))]
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        guard let call = try? resolving(types, known: operands)?.operation as? NumberRange ?? self,
            let count = call.count?.number, count <= KnownIntegers.limit
        else { return [nil] }
        return [KnownIntegers(call.numbers(count).map { .fixed(Elements.truncated($0)) })]
    }

    private func numbers(_ count: Int) -> [Double] { (0..<count).map { start + Double($0) * step } }

    /// With the batch for its count, the place of a sample counts.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { count?.number != nil }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        context.node.operands.map { _ in nil }
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [Tensor(.f64, shape: results[0], elements: numbers(results[0][0])).converted(to: elementType)]
    }
}
