/// A value cut into parts along a dimension.
public struct Split: Operator {
    public static let name = "split"
    public static let documentation = OperatorDocumentation(
        summary: "Cuts a value into parts along a dimension.",
        details: "With `parts`, all have the same size but the last, which may be smaller.",
        operands: [.init("x", "any type and shape")],
        attributes: [
            .init("axis", "the dimension, negative from the end; 0"),
            .init("sizes", "the sizes of the parts, which may have symbols in them"),
            .init("parts", "how many parts, in place of `sizes`"),
        ],
        results: [.init("y", "the first part"), .init("...", "the others")],
        constraints: [
            .init("C1", "one operand"), .init("C2", "`axis` is a dimension of x"),
            .init("C3", "either `sizes` or `parts` is given; the sizes are at least 1, and their sum is the dimension"),
        ],
        example: "query, key, value = split(projected, axis: -1, parts: 3)")

    public var axis: Int
    public var sizes: [Dimension]?
    public var parts: Int?

    public init(axis: Int = 0, sizes: [Dimension]) {
        self.axis = axis
        self.sizes = sizes
    }
    public init(axis: Int = 0, parts: Int) {
        self.axis = axis
        self.parts = parts
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: -8...7, default: 0)
        sizes = try attributes.dimensions("sizes")
        let count = try attributes.integer("parts", in: 0...65_536, default: 0)
        parts = count == 0 ? nil : count
    }
    public var attributes: [Attribute] {
        (axis == 0 ? [] : [Attribute("axis", .integer(axis))])
            + (sizes.map { [Attribute("sizes", .dimensionList($0))] } ?? [])
            + (parts.map { [Attribute("parts", .integer($0))] } ?? [])
    }

    /// The sizes of the parts of a dimension; nil where it can't be cut so.
    func sizes(of dimension: Dimension) -> [Dimension]? {
        switch (sizes, parts) {
        case (let sizes?, nil):
            let isWhole = sizes.reduce(0, +) == dimension
            return isWhole && sizes.allSatisfy { $0.number.map { $0 >= 1 } ?? true } ? sizes : nil
        case (nil, let parts?):
            guard let number = dimension.number else {
                return dimension.quotient(by: .fixed(parts)).map { Array(repeating: $0, count: parts) }
            }
            let size = (number + parts - 1) / parts
            let last = number - size * (parts - 1)
            return last >= 1 ? Array(repeating: .fixed(size), count: parts - 1) + [.fixed(last)] : nil
        default: return nil
        }
    }

    public var movesElements: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        let axis = try checks.axis("C2", axis)
        let x = operands[0]
        guard let sizes = sizes(of: x.dimensions[axis]) else {
            let wanted =
                parts.map { "\($0) parts" } ?? sizes.map { AttributeValue.dimensionList($0).description } ?? "parts"
            throw ConstraintViolation(
                "C3", "dimension \(axis) of \(x) can't be cut into \(wanted)",
                remedy: "give 'parts', or 'sizes' whose sum is \(x.dimensions[axis])",
                at: .attribute(parts == nil ? "sizes" : "parts"))
        }
        return sizes.map { size in
            var part = x
            part.dimensions[axis] = size
            return InferredType(part)
        }
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || axisNumber(axis, rank: operands[0].rank) != 0
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        guard let vector = operands[0], let sizes = sizes(of: .fixed(vector.elements.count)) else { return [] }
        var rest = vector.elements[...]
        return sizes.map { size in
            let part = rest.prefix(size.number ?? 0)
            rest = rest.dropFirst(part.count)
            return KnownIntegers(Array(part))
        }
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0] else { return [nil] }
        var parts: [ValueID] = []
        for (result, gradient) in zip(context.node.results, context.resultGradients) {
            if let gradient {
                parts.append(gradient)
            } else {
                parts.append(try context.emit(Full(0, of: context.editor.graph[result].type), [], gradientOf: 0))
            }
        }
        return [try context.emit(Concat(axis: axis), parts, gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        guard let axis = axisNumber(axis, rank: operands[0].shape.count) else { return [] }
        var start = 0
        return results.map { shape in
            defer { start += shape[axis] }
            return operands[0].moving(to: shape) { indices in
                var indices = indices
                indices[axis] += start
                return indices
            }
        }
    }
}
