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
        // The value stands at different places of the formulas.
        for x in [first, second] + [first, second].flatMap(\.factors)
        where product == Gelu(isApproximate: true).formula.replacingOperands([x]) {
            return JoinedStep(.tanhGelu, x, 0)
        }
        return nil
    }
}

extension Expression {
    /// The two of a product; none of others.
    fileprivate var factors: [Expression] {
        if case .binary(.multiply, let first, let second) = self { [first, second] } else { [] }
    }
}
