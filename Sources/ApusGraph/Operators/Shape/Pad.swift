/// A value with a margin.
public struct Pad: CompositeOperator {
    public static let name = "pad"
    public static let documentation = OperatorDocumentation(
        summary: "Puts a margin around a value, or crops it.",
        details: """
            The margin is filled with `value` (mode constant), with the nearest element (edge), with the elements mirrored at the \
            edge, which is not repeated (reflect), or with those of the other side (wrap). In place of `before` and `after`, a \
            second operand may give both, one after the other, where its elements are known before the graph runs.
            """,
        operands: [.init("x", "any type and shape"), .init("margins", "before and after, in place of the attributes")],
        attributes: [
            .init("before", "the margin before each dimension, negative to crop"),
            .init("after", "the margin behind each dimension, negative to crop"),
            .init("mode", "constant, edge, reflect or wrap; constant"),
            .init("value", "what the margin is filled with in mode constant; 0"),
        ],
        results: [.init("y", "every dimension with its margins")],
        constraints: [
            .init(
                "C1",
                "one operand, or two where there are no margins; the second is a vector of integers that are known"),
            .init("C2", "there are two margins for each dimension of x"),
            .init("C3", "something remains of every dimension"),
            .init("C4", "in modes other than constant, a dimension with a margin is a number"),
        ],
        example: "padded = pad(image, before: [0, 0, 1, 1], after: [0, 0, 1, 1], mode: reflect)")

    public enum Mode: String, Sendable, CaseIterable { case constant, edge, reflect, wrap }

    public var before: [Int]?
    public var after: [Int]?
    public var mode: Mode
    public var value: Double

    /// - Parameters before, after: nil where a second operand gives them.
    public init(before: [Int]?, after: [Int]?, mode: Mode = .constant, value: Double = 0) {
        self.before = before
        self.after = after
        self.mode = mode
        self.value = value
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        before = try attributes.integers("before")
        after = try attributes.integers("after")
        guard (before == nil) == (after == nil) else {
            throw AttributeError(
                attribute: before == nil ? "before" : "after", message: "pad needs both 'before' and 'after'",
                remedy: "give both, or both as one operand")
        }
        mode =
            Mode(rawValue: try attributes.word("mode", of: Mode.allCases.map(\.rawValue), default: "constant"))
            ?? .constant
        value = try attributes.number("value", in: -Double.infinity...Double.infinity, default: 0)
    }
    public var attributes: [Attribute] {
        (before.map { [Attribute("before", .integers($0))] } ?? [])
            + (after.map { [Attribute("after", .integers($0))] } ?? [])
            + (mode == .constant ? [] : [Attribute("mode", .word(mode.rawValue))])
            + (value == 0 ? [] : [Attribute("value", .number(value))])
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard before == nil else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and margins where there are no attributes")
        let margins = try checks.knownNumbers("C1", 1, known)
        let half = margins.count / 2
        return ResolvedCall(
            Pad(before: Array(margins[..<half]), after: Array(margins[half...]), mode: mode, value: value))
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) { _ = try infer(operands) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard try resolving(operands, known: []) == nil, let before, let after else { return [] }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        let result = try checks.margins(before, after, labels: ("C2", "C3"))
        if mode != .constant {
            let open = before.indices.first {
                (before[$0], after[$0]) != (0, 0) && operands[0].dimensions[$0].number == nil
            }
            if let open {
                throw ConstraintViolation(
                    "C4", "pad can't fill a margin of dimension \(open) of \(operands[0]) in mode \(mode.rawValue)",
                    remedy: "give the dimension a number, or use mode constant", at: .attribute("mode"))
            }
        }
        return [result]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || before?.first == 0 && after?.first == 0
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let (before, after) = (before ?? [], after ?? [])
        guard mode != .constant else {
            return [try composer.emit(PadConstant(before: before, after: after, value: value), operands[0])]
        }
        var result = operands[0]
        for axis in before.indices where (before[axis], after[axis]) != (0, 0) {
            let size = composer.type(of: result).dimensions[axis].number ?? 1
            try composer.checkConstant(count: size + before[axis] + after[axis])
            let places = (-before[axis]..<size + after[axis]).map { place(of: $0, size: size) }
            let indices = try composer.constant("indices", TensorType(.i64, [.fixed(places.count)]), .integers(places))
            result = try composer.emit(Gather(axis: axis), result, indices)
        }
        return [before.isEmpty || result == operands[0] ? try composer.emit(Identity(), operands[0]) : result]
    }

    /// The element of a dimension that stands at a place within or outside of it.
    func place(of place: Int, size: Int) -> Int {
        switch mode {
        case .constant, .edge: return min(max(place, 0), size - 1)
        case .wrap: return (place % size + size) % size
        case .reflect:
            let period = max(2 * (size - 1), 1)
            let rest = (place % period + period) % period
            return min(rest, period - rest, size - 1)
        }
    }
}
