/// A normalization of rows with a trained scale and, where it is centered, a trained bias.
public protocol ScaledNormalization: CompositeOperator {
    /// The rows of a value, and where their scales lie.
    var rows: NormalizeRows { get }
    /// Refuses what the rows alone would take.
    func checkShape(_ x: TensorType) throws(ConstraintViolation)
}

extension ScaledNormalization {
    public func checkShape(_ x: TensorType) throws(ConstraintViolation) {}

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let count = rows.isCentered ? 3 : 2
        try OperandChecks(name, operands).count(
            "C1", 1...count, rows.isCentered ? "x, a scale and a bias" : "x and a scale")
        try checkShape(operands[0])
        let scale = try rows.rows.types(of: operands[0], name).scale
        for index in 1..<operands.count {
            try OperandChecks(name, operands).match("C4", index, scale, index == 1 ? "the scale" : "the bias")
        }
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        guard let x = operands.first, let types = try? rows.rows.types(of: x, name) else { return [] }
        let scale = ImplicitParameter("scale", types.scale, initializer: .constant(1))
        return rows.isCentered ? [scale, ImplicitParameter("bias", types.scale, initializer: .constant(0))] : [scale]
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        [try composer.emitAll(rows, operands)[0]]
    }
}
