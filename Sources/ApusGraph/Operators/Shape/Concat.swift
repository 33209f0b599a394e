/// Values put one after the other along a dimension.
public struct Concat: Operator {
    public static let name = "concat"
    public static let documentation = OperatorDocumentation(
        summary: "Puts values one after the other along a dimension.",
        operands: [
            .init("x", "any type and shape"), .init("...", "any number of others, of the same element type and rank"),
        ],
        attributes: [.init("axis", "the dimension, negative from the end")],
        results: [.init("y", "along the axis as long as all together")],
        constraints: [
            .init("C1", "at least one operand, and all have one element type"),
            .init("C2", "`axis` is a dimension of x"),
            .init("C3", "all operands have the same dimensions but for the axis"),
        ],
        example: "both = concat(left, right, axis: 1)")

    public var axis: Int

    public init(axis: Int) { self.axis = axis }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try attributes.integer("axis", in: -8...7)
    }
    public var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...Int.max, "one operand or more")
        let x = operands[0]
        if let other = operands.firstIndex(where: { $0.elementType != x.elementType }) {
            throw ConstraintViolation(
                "C1", "concat can't join \(x) and \(operands[other])", remedy: "cast one of them", at: .operand(other))
        }
        let axis = try checks.axis("C2", axis)
        for (index, operand) in operands.enumerated() {
            let fits =
                operand.rank == x.rank
                && operand.dimensions.indices.allSatisfy { $0 == axis || operand.dimensions[$0] == x.dimensions[$0] }
            guard fits else {
                throw ConstraintViolation(
                    "C3", "\(x) and \(operand) differ in more than dimension \(axis)",
                    remedy: "make the other dimensions equal", at: .operand(index))
            }
        }
        var result = x
        result.dimensions[axis] = operands.reduce(0) { $0 + $1.dimensions[axis] }
        var derivations = [String?](repeating: nil, count: x.rank)
        if operands.count > 1 { derivations[axis] = operands.map { "\($0.dimensions[axis])" }.joined(separator: " + ") }
        return [InferredType(result, derivations: derivations)]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || operands.shareBatch && axisNumber(axis, rank: operands[0].rank) != 0
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        let known = operands.compactMap { $0 }
        return [known.count == operands.count ? KnownIntegers(known.flatMap(\.elements)) : nil]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        let count = context.node.operands.count
        guard context.needed.contains(true), let gradient = context.resultGradients[0] else {
            return Array(repeating: nil, count: count)
        }
        guard let axis = axisNumber(axis, rank: context.operandType(0).rank) else { return [] }
        let sizes = (0..<count).map { context.operandType($0).dimensions[axis] }
        let parts = try context.emit(Split(axis: axis, sizes: sizes), [gradient], gradientsOf: Array(0..<count))
        return zip(parts, context.needed).map { $1 ? $0 : nil }
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        guard let axis = axisNumber(axis, rank: results[0].count) else { return [] }
        let inner = results[0][(axis + 1)...].reduce(1, *)
        let outer = results[0][..<axis].reduce(1, *)
        // The elements of each operand lie together in runs, one for each position before the axis.
        let starts = operands.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        let all: Elements
        if operands[0].elementType.isFloatingPoint {
            all = .numbers(operands.flatMap(\.elements))
        } else {
            all = .integers(operands.flatMap(\.integers))
        }
        let joined = Tensor(operands[0].elementType, shape: [all.count], data: all)
        let offsets = (0..<outer).flatMap { position in
            operands.indices.flatMap { index in
                let run = operands[index].shape[axis] * inner
                return starts[index] + position * run..<starts[index] + (position + 1) * run
            }
        }
        return [joined.picking(offsets, shape: results[0])]
    }
}
