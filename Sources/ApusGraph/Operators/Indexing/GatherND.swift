/// Slices by several numbers each.
public struct GatherND: Operator {
    public static let name = "gather_nd"
    public static let documentation = OperatorDocumentation(
        summary: "Takes slices by the numbers of several dimensions.",
        details: """
            Each row of the last dimension of the indices says a place in the dimensions of x behind the first `batch` ones: \
            `y[n..., i..., b...] = x[n..., indices[n..., i...]..., b...]`. Negative indices count from the end; those out of range \
            are the first or the last.
            """,
        operands: [.init("x", "any type"), .init("indices", "whole numbers, [..., K]")],
        attributes: [.init("batch", "how many first dimensions both have in common; 0")],
        results: [.init("y", "the dimensions of the indices but the last one, and those of x behind the place")],
        constraints: [
            .init("C1", "two operands, the indices with at least one dimension"),
            .init("C2", "the indices are whole numbers"),
            .init("C3", "the first `batch` dimensions of both are equal, and are not the last of the indices"),
            .init(
                "C4",
                "the last dimension of the indices is a number, and x has so many dimensions behind the first ones"),
        ],
        example: "picked = gather_nd(image, places)")

    public var batch: Int

    public init(batch: Int = 0) { self.batch = batch }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        batch = try attributes.integer("batch", in: 0...7, default: 0)
    }
    public var attributes: [Attribute] { batch == 0 ? [] : [Attribute("batch", .integer(batch))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2)
        let depth = try checks.depth(batch: batch, labels: ("C1", "C2", "C3", "C4"))
        let (x, indices) = (operands[0], operands[1])
        return [
            InferredType(TensorType(x.elementType, indices.dimensions.dropLast() + x.dimensions[(batch + depth)...]))
        ]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        if operands.haveNoSymbols { return true }
        return batch > 0 ? operands.shareBatch : operands[0].symbols.isEmpty && operands[1].rank > 1
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil, nil] }
        let zeros = try context.emit(Full(0, of: context.operandType(0)), [], gradientOf: 0)
        let operation = ScatterND(batch: batch, reduction: .add)
        return [try context.emit(operation, [zeros, context.node.operands[1], gradient], gradientOf: 0), nil]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (indices, shape) = (operands[1].integers, operands[1].shape)
        let depth = shape[shape.count - 1]
        let rows = Positions(Array(shape.dropLast()))
        return [
            operands[0].moving(to: results[0]) { position in
                let row = rows.offset(Array(position[..<rows.shape.count])) * depth
                let place = (0..<depth).map { indexWithin(indices[row + $0], operands[0].shape[batch + $0]) }
                return position[..<batch] + place + position[rows.shape.count...]
            }
        ]
    }
}

extension OperandChecks {
    /// How many dimensions of operand 0 each row of the indices, operand 1, says a place in.
    func depth(
        batch: Int, labels: (String, String, String, String)
    ) throws(ConstraintViolation) -> Int {
        let (x, indices) = (operands[0], operands[1])
        guard let last = indices.dimensions.last else {
            throw ConstraintViolation(
                labels.0, "the indices of \(name) are \(indices)", remedy: "give rows of indices, [..., K]",
                at: .operand(1))
        }
        try self.indices(labels.1, 1)
        guard batch < indices.rank, batch <= x.rank, x.dimensions[..<batch] == indices.dimensions[..<batch] else {
            throw ConstraintViolation(
                labels.2, "\(x) and indices \(indices) do not have \(batch) first dimensions in common",
                remedy: "make them equal, or 'batch' smaller", at: .attribute("batch"))
        }
        guard let depth = last.number, batch + depth <= x.rank else {
            throw ConstraintViolation(
                labels.3, "\(x) has no places that \(last) numbers each of \(indices) say",
                remedy: "use at most \(x.rank - batch) numbers for a place", at: .operand(1))
        }
        return depth
    }
}
