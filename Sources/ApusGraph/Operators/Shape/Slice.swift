/// A part of a value: from a start to an end along some dimensions, in steps.
public struct Slice: Operator {
    public static let name = "slice"
    public static let documentation = OperatorDocumentation(
        summary: "Takes a part of a value, from a start to an end in steps.",
        details: """
            Negative starts and ends count from the end of the dimension, and those beyond it are its ends. A negative step goes \
            backwards, from the start down to the element after the end. In place of attributes, operands may give starts, ends, \
            axes and steps, where their elements are known before the graph runs.
            """,
        operands: [
            .init("x", "any type and shape"), .init("starts", "in place of the attribute"),
            .init("ends", "in place of the attribute"), .init("axes", "in place of the attribute"),
            .init("steps", "in place of the attribute"),
        ],
        attributes: [
            .init("starts", "where each dimension's part starts; may have symbols in it"),
            .init("ends", "the places behind the last elements; may have symbols in them"),
            .init("axes", "which dimensions, negative ones from the end; the first ones"),
            .init("steps", "from element to element, not 0; 1"),
        ],
        results: [.init("y", "the part")],
        constraints: [
            .init(
                "C1", "one operand, or three to five where there are no attributes; those after x are known integers"),
            .init("C2", "`axes` are different dimensions of x"),
            .init("C3", "there are as many starts, ends and steps as axes, and no step is 0"),
            .init("C4", "the part is not empty, and where symbols are in it, its size can be told"),
        ],
        example: "left = slice(x, starts: [0], ends: [14], axes: [3])")

    public var starts: [Dimension]?
    public var ends: [Dimension]
    public var axes: [Int]?
    public var steps: [Int]?

    /// - Parameters:
    ///   - axes: nil for the first ones.
    ///   - steps: nil where all are 1.
    public init(starts: [Dimension], ends: [Dimension], axes: [Int]? = nil, steps: [Int]? = nil) {
        self.starts = starts.map(Self.limited)
        self.ends = ends.map(Self.limited)
        self.axes = axes
        self.steps = steps
    }
    /// With starts and ends, and perhaps axes and steps, as operands.
    public init() { ends = [] }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        starts = try attributes.dimensions("starts").map { $0.map(Self.limited) }
        let given = try attributes.dimensions("ends")
        guard (starts == nil) == (given == nil) else {
            throw AttributeError(
                attribute: starts == nil ? "starts" : "ends", message: "slice needs both 'starts' and 'ends'",
                remedy: "give both, or both as operands")
        }
        ends = (given ?? []).map(Self.limited)
        axes = try attributes.integers("axes")
        steps = try attributes.integers("steps")
    }
    public var attributes: [Attribute] {
        guard let starts else { return optional }
        return [Attribute("starts", .dimensionList(starts)), Attribute("ends", .dimensionList(ends))] + optional
    }
    private var optional: [Attribute] {
        (axes.map { [Attribute("axes", .integers($0))] } ?? [])
            + (steps.map { [Attribute("steps", .integers($0))] } ?? [])
    }

    /// Numbers beyond every dimension, within what the language writes.
    private static func limited(_ place: Dimension) -> Dimension {
        place.number.map { .fixed(min(max($0, -LanguageLimit.integer), LanguageLimit.integer)) } ?? place
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard starts == nil else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 3...5, "x, starts and ends where there are no attributes")
        return ResolvedCall(
            Slice(
                starts: try checks.known("C1", 1, known), ends: try checks.known("C1", 2, known),
                axes: operands.count > 3 ? try checks.knownNumbers("C1", 3, known) : nil,
                steps: operands.count > 4 ? try checks.knownNumbers("C1", 4, known) : nil))
    }

    /// The part of one dimension.
    package struct Part {
        package var axis: Int
        package var start: Dimension
        package var count: Dimension
        package var step: Int
    }

    /// The parts of the dimensions that are cut.
    package func parts(_ operands: [TensorType]) throws(ConstraintViolation) -> [Part] {
        let (checks, x, starts) = (OperandChecks(Self.name, operands), operands[0], starts ?? [])
        let axes = try checks.axes("C2", axes ?? Array(0..<starts.count))
        let steps = steps ?? axes.map { _ in 1 }
        guard starts.count == axes.count, ends.count == axes.count, steps.count == axes.count,
            steps.allSatisfy({ $0 != 0 && abs($0.clamped) <= LanguageLimit.integer })
        else {
            throw ConstraintViolation(
                "C3", "slice has \(starts.count) starts, \(ends.count) ends and steps \(steps) for \(axes.count) axes",
                remedy: "give one of each for each axis, and steps that are not 0", at: .attribute("starts"))
        }
        var parts: [Part] = []
        for (index, axis) in axes.enumerated() {
            let (start, end, step) = (starts[index], ends[index], steps[index])
            guard let (first, count) = SliceRange(start, end, step).resolved(x.dimensions[axis]),
                count.number.map({ $0 >= 1 }) ?? true
            else {
                throw ConstraintViolation(
                    "C4",
                    "nothing, or who knows how much, of dimension \(axis) of \(x) lies from \(start) to \(end) in "
                        + "steps of \(step)",
                    remedy: "choose a start and an end with elements between, and give symbols their numbers",
                    at: .attribute("ends"))
            }
            parts.append(Part(axis: axis, start: first, count: count, step: step))
        }
        return parts
    }

    public var movesElements: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        if try resolving(operands, known: []) != nil { return [] }
        try OperandChecks(Self.name, operands).count("C1", 1)
        var result = operands[0]
        for part in try parts(operands) { result.dimensions[part.axis] = part.count }
        return [InferredType(result)]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        let axes = axes ?? Array(0..<(starts ?? []).count)
        return operands.haveNoSymbols || !axes.contains { axisNumber($0, rank: operands[0].rank) == 0 }
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        guard let vector = operands[0], !vector.isScalar,
            let call = try? resolving(types, known: operands)?.operation as? Slice ?? self,
            let part = try? call.parts([types[0]]).first, let start = part.start.number, let count = part.count.number
        else { return [nil] }
        return [KnownIntegers((0..<count).map { vector.elements[start + $0 * part.step] })]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: context.node.operands.count)
        guard context.needed[0], let gradient = context.resultGradients[0] else { return gradients }
        let operation = try context.resolved() as? Slice ?? self
        gradients[0] = try context.emit(
            SliceGradient(slice: operation, shape: context.operandType(0).dimensions), [gradient], gradientOf: 0)
        return gradients
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let type = TensorType(operands[0].elementType, shape: operands[0].shape)
        guard let parts = try? parts([type]) else { return [] }
        return [operands[0].moving(to: results[0]) { Self.place($0, parts) }]
    }

    /// The indices in the operand of an element of the result.
    static func place(_ indices: [Int], _ parts: [Part]) -> [Int] {
        var place = indices
        for part in parts { place[part.axis] = (part.start.number ?? 0) + indices[part.axis] * part.step }
        return place
    }
}

extension GradientContext {
    /// The operator of the call, with attributes in the place of operands that say a shape.
    func resolved() throws(GraphError) -> any Operator {
        do throws(ConstraintViolation) {
            return try editor.resolved(node)?.operation ?? node.operation
        } catch {
            throw GraphError(
                place: editor.graph[node.results[0]].name, message: error.message, remedy: error.remedy,
                label: error.label)
        }
    }
}

extension Int {
    /// The number, or the nearest whose negative is a number too.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
