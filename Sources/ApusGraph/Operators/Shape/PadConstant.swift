/// A value with a margin of one number.
package struct PadConstant: Operator {
    public static let name = "pad_constant"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Puts a margin of one number around a value, or crops it.",
        operands: [.init("x", "any type and shape")],
        attributes: [
            .init("before", "the margin before each dimension, negative to crop"),
            .init("after", "the margin behind each dimension, negative to crop"),
            .init("value", "what the margin is filled with; 0"),
        ],
        results: [.init("y", "every dimension with its margins")],
        constraints: [
            .init("C1", "one operand"), .init("C2", "there are two margins for each dimension of x"),
            .init("C3", "something remains of every dimension"),
        ],
        example: "x.gradient = pad_constant(y.gradient, before: [0, 0, -1, -1], after: [0, 0, -1, -1])")

    public var before: [Int]
    public var after: [Int]
    public var value: Double

    public init(before: [Int], after: [Int], value: Double = 0) {
        self.before = before
        self.after = after
        self.value = value
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        before = try attributes.required("before", try attributes.integers("before"), "a list of numbers")
        after = try attributes.required("after", try attributes.integers("after"), "a list of numbers")
        value = try attributes.number("value", in: -Double.infinity...Double.infinity, default: 0)
    }
    public var attributes: [Attribute] {
        [Attribute("before", .integers(before)), Attribute("after", .integers(after))]
            + (value == 0 ? [] : [Attribute("value", .number(value))])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        return [try checks.margins(before, after, labels: ("C2", "C3"))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || before.first == 0 && after.first == 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let opposite = PadConstant(before: before.map { -$0 }, after: after.map { -$0 })
        return [try context.emit(opposite, [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let shape = operands[0].shape
        return [
            operands[0].moving(to: results[0], fill: value) { indices in
                let place = zip(indices, before).map { $0 - $1 }
                return zip(place, shape).allSatisfy { (0..<$1).contains($0) } ? place : nil
            }
        ]
    }
}

extension OperandChecks {
    /// The type of operand 0 with margins around every dimension.
    func margins(
        _ before: [Int], _ after: [Int], labels: (String, String)
    ) throws(ConstraintViolation) -> InferredType {
        let x = operands[0]
        let bounds = -LanguageLimit.dimension...LanguageLimit.dimension
        guard before.count == x.rank, after.count == x.rank, (before + after).allSatisfy(bounds.contains) else {
            throw ConstraintViolation(
                labels.0, "the margins \(before) and \(after) do not belong to the dimensions of \(x)",
                remedy: "give \(x.rank) numbers for either side", at: .attribute("before"))
        }
        let dimensions = x.dimensions.enumerated().map { $1 + .fixed(before[$0]) + .fixed(after[$0]) }
        if let axis = dimensions.firstIndex(where: { $0.number.map { $0 < 1 } ?? false }) {
            throw ConstraintViolation(
                labels.1,
                "nothing remains of dimension \(axis) of \(x) between the margins \(before[axis]) and \(after[axis])",
                remedy: "crop less", at: .attribute("before"))
        }
        let derivations = x.dimensions.enumerated().map { axis, dimension in
            before[axis] == 0 && after[axis] == 0 ? nil : "\(dimension) + \(before[axis]) + \(after[axis])"
        }
        return InferredType(TensorType(x.elementType, dimensions), derivations: derivations)
    }
}
