/// A function of single bytes.
package struct ByteTable: Operator {
    public static let name = "byte_table"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Looks each byte up in a table.",
        details: "`y = table[x]`: any function of numbers that bytes stand for, whose results become bytes again.",
        operands: [.init("x", "u8 of any shape"), .init("table", "u8[256]")],
        attributes: [],
        results: [.init("y", "u8 of the shape of x")],
        constraints: [.init("C1", "x is u8, and the table is u8[256]")],
        example: "codes2 = byte_table(codes1, sigmoid.table)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard operands.count == 2, operands[0].elementType == .u8, operands[1] == TensorType(.u8, [256]) else {
            throw ConstraintViolation(
                "C1", "\(Self.name) takes u8 and a table u8[256], not \(operands)", remedy: "give it a table")
        }
        return [InferredType(operands[0])]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let table = operands[1].integers
        return [Tensor(.u8, shape: results[0], integers: operands[0].integers.map { table[$0] })]
    }
}
