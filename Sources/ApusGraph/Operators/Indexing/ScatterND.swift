/// A value with some slices replaced or added to.
public struct ScatterND: Operator {
    public static let name = "scatter_nd"
    public static let documentation = OperatorDocumentation(
        summary: "Replaces slices by the numbers of several dimensions, or combines them with others.",
        details: """
            `y = x`, and then for all updates in row-major order `y[n..., indices[n..., i...]..., b...] = updates[n..., i..., b...]`, \
            or the sum, product, maximum or minimum of both. Negative indices count from the end; updates with others out of \
            range are skipped. Only the reductions none and add have a gradient; with none, that of an element replaced twice is \
            not defined.
            """,
        operands: [
            .init("x", "any type"), .init("indices", "whole numbers, [..., K]"),
            .init("updates", "what gather_nd would make of x and the indices"),
        ],
        attributes: [
            .init("batch", "how many first dimensions all have in common; 0"),
            .init("reduction", "none, add, multiply, maximum or minimum; none"),
        ],
        results: [.init("y", "of the type of x")],
        constraints: [
            .init("C1", "three operands, the indices with at least one dimension"),
            .init("C2", "the indices are whole numbers"),
            .init(
                "C3", "the first `batch` dimensions of x and the indices are equal, and are not the last of the indices"
            ),
            .init(
                "C4",
                "the last dimension of the indices is a number, and x has so many dimensions behind the first ones"),
            .init("C5", "the updates have the type that gather_nd makes"),
        ],
        example: "marked = scatter_nd(board, places, stones)")

    public var batch: Int
    public var reduction: ScatterReduction

    public init(batch: Int = 0, reduction: ScatterReduction = .none) {
        self.batch = batch
        self.reduction = reduction
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        batch = try attributes.integer("batch", in: 0...7, default: 0)
        reduction = try ScatterReduction(&attributes)
    }
    public var attributes: [Attribute] {
        (batch == 0 ? [] : [Attribute("batch", .integer(batch))]) + reduction.attribute
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 3)
        let depth = try checks.depth(batch: batch, labels: ("C1", "C2", "C3", "C4"))
        let (x, indices) = (operands[0], operands[1])
        let updates = Array(indices.dimensions.dropLast() + x.dimensions[(batch + depth)...])
        try checks.match("C5", 2, TensorType(x.elementType, updates), "the updates")
        return [InferredType(x)]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || batch > 0 && operands.shareBatch
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard let gradient = context.resultGradients[0] else { return [nil, nil, nil] }
        try reduction.checkGradient(context)
        let indices = context.node.operands[1]
        var gradients: [ValueID?] = [nil, nil, nil]
        if context.needed[0] {
            gradients[0] = gradient
            if reduction == .none {
                let zeros = try context.emit(Full(0, of: context.operandType(2)), [], gradientOf: 0)
                gradients[0] = try context.emit(self, [gradient, indices, zeros], gradientOf: 0)
            }
        }
        if context.needed[2] {
            gradients[2] = try context.emit(GatherND(batch: batch), [gradient, indices], gradientOf: 2)
        }
        return gradients
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (indices, shape) = (operands[1].integers, operands[1].shape)
        let depth = shape[shape.count - 1]
        let (rows, source) = (Positions(Array(shape.dropLast())), Positions(operands[2].shape))
        let target = Positions(results[0])
        return [
            reduction.scatter(operands[2], into: operands[0]) { offset in
                let position = source.indices(offset)
                let row = rows.offset(Array(position[..<rows.shape.count])) * depth
                let place = (0..<depth).compactMap { indexInRange(indices[row + $0], results[0][batch + $0]) }
                guard place.count == depth else { return nil }
                return target.offset(position[..<batch] + place + position[rows.shape.count...])
            }
        ]
    }
}
