/// The dimensions in another order.
public struct Transpose: Operator {
    public static let name = "transpose"
    public static let documentation = OperatorDocumentation(
        summary: "Puts the dimensions into another order.",
        details: "Dimension `i` of y is dimension `permutation[i]` of x.",
        operands: [.init("x", "any type and shape")],
        attributes: [.init("permutation", "the dimensions of x in their new order; the reverse order")],
        results: [.init("y", "the same elements")],
        constraints: [
            .init("C1", "one operand"),
            .init("C2", "`permutation` has every dimension of x once, negative ones from the end"),
        ],
        example: "columns = transpose(rows, permutation: [0, 2, 1])")

    public var permutation: [Int]?

    public init(permutation: [Int]? = nil) { self.permutation = permutation }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        permutation = try attributes.integers("permutation")
    }
    public var attributes: [Attribute] { permutation.map { [Attribute("permutation", .integers($0))] } ?? [] }

    /// For each dimension of the result, the number of the operand's.
    public func order(rank: Int) -> [Int] {
        permutation.map { $0.compactMap { axisNumber($0, rank: rank) } } ?? (0..<rank).reversed()
    }

    public var movesElements: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        let x = operands[0]
        let order = order(rank: x.rank)
        guard order.count == permutation?.count ?? x.rank, order.sorted() == Array(0..<x.rank) else {
            throw ConstraintViolation(
                "C2", "\(permutation ?? []) is not an order of the dimensions of \(x)",
                remedy: "give each number from 0 to \(max(x.rank - 1, 0)) once", at: .attribute("permutation"))
        }
        return [InferredType(TensorType(x.elementType, order.map { x.dimensions[$0] }))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        operands.haveNoSymbols || order(rank: operands[0].rank).first == 0
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let order = order(rank: context.operandType(0).rank)
        let inverse = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
        return [try context.emit(Transpose(permutation: inverse), [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let order = order(rank: results[0].count)
        return [
            operands[0].moving(to: results[0]) { indices in
                order.indices.map { axis in indices[order.firstIndex(of: axis) ?? axis] }
            }
        ]
    }

    /// Only matrices: those are the weights that graphs transpose.
    public func evaluate(
        weight: [Float], shape: [Int], _ others: [Tensor]
    ) -> (weight: [Float], others: [Tensor])? {
        guard shape.count == 2, order(rank: 2) == [1, 0] else { return nil }
        let (rows, columns) = (shape[0], shape[1])
        // In squares, since each line of the cache that a column touches serves its neighbours too.
        let square = 16
        let transposed = unsafe [Float](unsafeUninitializedCapacity: weight.count) { result, count in
            for firstRow in stride(from: 0, to: rows, by: square) {
                for firstColumn in stride(from: 0, to: columns, by: square) {
                    for column in firstColumn..<min(firstColumn + square, columns) {
                        for row in firstRow..<min(firstRow + square, rows) {
                            unsafe result.initializeElement(
                                at: column * rows + row, to: weight[row * columns + column])
                        }
                    }
                }
            }
            count = weight.count
        }
        return (transposed, [])
    }
}
