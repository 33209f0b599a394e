// What the pools of bytes have in common.
extension Operator {
    /// What a pool makes of bytes, which lie as the numbers do that it takes: bytes again. The operand is the first constraint, and that the
    /// pool takes such images the second.
    ///
    /// - Parameter ceil: whether the pool leaves open how far its windows reach.
    func inferPool(_ pool: some Operator, ceil: Bool, _ operands: [TensorType]) throws(ConstraintViolation)
        -> InferredType
    {
        guard operands.count == 1, operands[0].elementType == .u8 else {
            throw ConstraintViolation(
                "C1", "\(name) takes one operand of u8, not \(operands)", remedy: "quantize it first")
        }
        var pooled: InferredType
        do { pooled = try pool.infer([TensorType(.f32, operands[0].dimensions)])[0] } catch {
            throw error.relabelled("C2")
        }
        guard !ceil else {
            throw ConstraintViolation(
                "C2", "\(name) can't leave open how far windows reach", remedy: "give padding in place of 'ceil'",
                at: .attribute("ceil"))
        }
        pooled.type.elementType = .u8
        return pooled
    }
}
