import ApusGraph
import ApusInstructions

/// Parts of a formula that one step computes: functions of a value and a number, and activations.
struct JoinedStep {
    let operation: ElementwiseStep.Operation
    let operand: Expression
    var value: Float = 0

    /// Nil where an expression is none of them.
    init?(_ expression: Expression) {
        guard case .binary(let function, let first, let second) = expression else { return nil }
        if function == .multiply, let activation = Self.activation(first, second) {
            self = activation
        } else if function == .add, let x = expression.argument(of: Self.tanhGeluSlope) {
            self.init(.tanhGeluSlope, x, 0)
        } else if case .constant(let number) = second, let operation = Self.operation(function) {
            self.init(operation, first, number)
        } else if case .constant(let number) = first, let operation = Self.operation(function) {
            self.init(operation, second, number)
        } else if function == .subtract, case .constant(let number) = second {
            self.init(.addNumber, first, -number)
        } else {
            return nil
        }
    }

    private init(_ operation: ElementwiseStep.Operation, _ operand: Expression, _ value: Double) {
        self.operation = operation
        self.operand = operand
        self.value = Float(value)
    }

    /// Functions for which the order of the two is of no account.
    private static func operation(_ function: Expression.Binary) -> ElementwiseStep.Operation? {
        switch function {
        case .add: .addNumber
        case .multiply: .multiplyByNumber
        case .maximum: .maximumWithNumber
        case .minimum: .minimumWithNumber
        default: nil
        }
    }

    /// The activation that is a value times a weight.
    private static func activation(_ first: Expression, _ second: Expression) -> JoinedStep? {
        for (x, weight) in [(first, second), (second, first)] {
            if case .unary(.logistic, let inner) = weight {
                if inner == x { return JoinedStep(.swish, x, 1) }
                if case .binary(.multiply, .constant(let slope), x) = inner { return JoinedStep(.swish, x, slope) }
            }
        }
        let product = Expression.binary(.multiply, first, second)
        if product == HardSwish().formula.replacingOperands([first]) { return JoinedStep(.hardSwish, first, 0) }
        if let x = product.argument(of: gelu) { return JoinedStep(.gelu, x, 0) }
        return product.argument(of: tanhGelu).map { JoinedStep(.tanhGelu, $0, 0) }
    }

    private static let gelu = Gelu().formula
    private static let tanhGelu = Gelu(isApproximate: true).formula
    private static let tanhGeluSlope = tanhGelu.derivative(of: 0)
}

extension Expression {
    /// What stands in the place of a formula's one operand, where this is the formula; nil where it is another.
    fileprivate func argument(of formula: Expression) -> Expression? {
        firstArgument(of: formula).flatMap { self == formula.replacingOperands([$0]) ? $0 : nil }
    }

    /// What stands in the place where the formula's operand is first; nil where this is something else before that.
    private func firstArgument(of formula: Expression) -> Expression? {
        switch (formula, self) {
        case (.operand, _): self
        case (.unary(let function, let inner), .unary(let own, let operand)) where function == own:
            operand.firstArgument(of: inner)
        case (.binary(let function, let first, let second), .binary(let own, let left, let right))
        where function == own:
            left.firstArgument(of: first) ?? right.firstArgument(of: second)
        default: nil
        }
    }
}
