/// The shape rule of element-wise operators: `count` operands of element type f32 and of one shape (constraint C1).
func elementwiseType(
    _ operands: [TensorType], count: Int, of name: String
) throws(ConstraintViolation) -> InferredType {
    guard operands.count == count else {
        throw ConstraintViolation(
            "C1", "\(name) takes \(count) operand\(count == 1 ? "" : "s"), not \(operands.count)",
            remedy: "give \(count)")
    }
    for (index, operand) in operands.enumerated() {
        guard operand.elementType == .f32 else {
            throw ConstraintViolation(
                "C1", "\(name) works on f32, not on \(operand)", remedy: "give it an f32 value", at: .operand(index))
        }
        guard operand.dimensions == operands[0].dimensions else {
            throw ConstraintViolation(
                "C1", "\(name) needs operands of one shape, not \(operands[0]) and \(operand)",
                remedy: "make the shapes equal", at: .operand(index))
        }
    }
    return InferredType(operands[0])
}

extension Operator {
    /// The reference kernel of an operator that has an ``Operator/expression``.
    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        guard let expression else {
            preconditionFailure("\(name) has neither an expression nor a reference kernel")
        }
        let elements = operands[0].elements.indices.map { index in
            expression.evaluate(operands.map { $0.elements[index] })
        }
        return [Tensor(shape: results[0], elements: elements)]
    }

    /// The rule of operators that are not differentiated again: gradients and updates.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        throw GraphError(
            place: context.editor.graph[context.node.results[0]].name,
            message: "\(name) has no gradient rule", remedy: "differentiate the graph before this operator is put in")
    }
}
