/// A dense layer and its activation.
package struct FusedDense: Operator {
    public static let name = "fused_dense"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "A dense layer and its activation in one.",
        details: "`y = activation(dense(x, weight, bias))`.",
        operands: Dense.documentation.operands,
        attributes: Dense.documentation.attributes + [.init("activation", "none or relu; none")],
        results: Dense.documentation.results,
        constraints: Dense.documentation.constraints + [.init("C6", "the activation is none or relu")],
        example: "act1 = fused_dense(row, hidden.weight, hidden.bias, units: 128, activation: relu)")

    public var dense: Dense
    public var activation: FusedActivation

    public init(dense: Dense, activation: FusedActivation = .none) {
        self.dense = dense
        self.activation = activation
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        dense = try Dense(attributes: &attributes)
        activation = try FusedActivation(unclipped: &attributes)
    }
    public var attributes: [Attribute] { dense.attributes + activation.attributes }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        if case .clip = activation {
            throw ConstraintViolation(
                "C6", "a dense layer's results are not clipped on their way",
                remedy: "clip them by an operator of its own", at: .attribute("activation"))
        }
        return try dense.infer(operands)
    }
    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        dense.implicitParameters(operands)
    }
    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        dense.cost(operands: operands, results: results)
    }
    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        var y = dense.evaluate(operands, results: results, context: context)[0]
        y.elements = y.elements.map(activation.apply)
        return [y]
    }
}
