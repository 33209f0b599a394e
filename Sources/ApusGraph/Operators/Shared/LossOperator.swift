/// An operator that compares predictions, its first operand, with targets, its second, and gives one number that training makes
/// smaller: the mean over the batch.
public protocol LossOperator: Operator {
    /// The type of the targets for predictions of a type. It refuses predictions that the loss can't compare with anything.
    func targets(of predictions: TensorType) throws(ConstraintViolation) -> TensorType
}

extension OperatorCatalogue {
    /// The operators that are losses, in the order of the language reference. With no attributes each has its defaults.
    public static var losses: [any LossOperator.Type] { all.compactMap { $0 as? any LossOperator.Type } }

    /// The loss with this name and its default attributes; nil where there is none.
    public static func loss(named name: String) -> (any LossOperator)? {
        guard let type = named(name) as? any LossOperator.Type else { return nil }
        var attributes = AttributeReader(operatorName: name, [])
        return try? type.init(attributes: &attributes)
    }
}

/// A loss that is the mean over all elements of what ``elements(_:_:)`` composes of predictions and targets.
public protocol ElementLoss: LossOperator, CompositeOperator {
    /// Emits the loss of each element.
    func elements(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> ValueID
}

extension ElementLoss {
    static var lossConstraints: [OperatorDocumentation.Entry] {
        [.init("C1", "predictions and targets"), .init("C2", "both are f32 and of one shape")]
    }

    static var lossOperands: [OperatorDocumentation.Entry] {
        [.init("x", "f32 of any shape: the predictions"), .init("targets", "f32 of the same shape")]
    }

    public func targets(of predictions: TensorType) throws(ConstraintViolation) -> TensorType {
        guard predictions.elementType == .f32 else {
            throw ConstraintViolation(
                "C2", "\(name) compares f32, not \(predictions)", remedy: "cast it first", at: .operand(0))
        }
        return predictions
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 2...2, "predictions and targets")
        try checks.match("C2", 1, try targets(of: operands[0]), "the targets operand")
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let losses = try elements(&composer, operands)
        return [try composer.emit(BatchMean(), losses)]
    }
}
