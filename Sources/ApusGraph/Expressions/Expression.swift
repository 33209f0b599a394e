/// What an element-wise operator computes for one element.
///
/// The reference kernel evaluates it in double precision, or in integers; the lowering turns it into the steps of one
/// instruction; ``derivative(of:)`` gives the gradient. Operators and functions build it: `max(.operand(0), 0)` is the
/// rectifier.
public indirect enum Expression: Sendable, Hashable {
    case operand(Int)
    case constant(Double)
    case unary(Unary, Expression)
    case binary(Binary, Expression, Expression)
    /// The second where the first is not 0, else the third.
    case select(Expression, Expression, Expression)

    /// The raw value is the function's name in the text of an expression.
    public enum Unary: String, Sendable, CaseIterable {
        case negate = "neg"
        case exponential = "exp"
        case logarithm = "log"
        case squareRoot = "sqrt"
        case hyperbolicTangent = "tanh"
        /// 1 / (1 + exp(−x)).
        case logistic
        case absolute = "abs"
        /// −1, 0 or 1; not-a-number stays so.
        case sign
        case floor
        case ceiling = "ceil"
        /// To the nearest whole number, ties to even.
        case round
        /// 2/√π · ∫ exp(−t²) from 0 to x.
        case errorFunction = "erf"
        case sine = "sin"
        case cosine = "cos"
        case tangent = "tan"
        case arcSine = "asin"
        case arcCosine = "acos"
        case arcTangent = "atan"
        case hyperbolicSine = "sinh"
        case hyperbolicCosine = "cosh"
        case inverseHyperbolicSine = "asinh"
        case inverseHyperbolicCosine = "acosh"
        case inverseHyperbolicTangent = "atanh"
        /// 1 where x is 0, else 0.
        case not
        case isNaN = "is_nan"
        case isInfinite = "is_inf"
        /// All bits turned over; integers only.
        case bitNot = "bit_not"
    }

    /// The raw value is the function's name in the text of an expression. Comparisons and logic give 1 or 0.
    public enum Binary: String, Sendable, CaseIterable {
        case add, subtract, multiply
        /// Of integers: towards zero, and 0 where the divisor is 0.
        case divide
        case maximum = "max"
        case minimum = "min"
        case greater
        case greaterOrEqual = "greater_or_equal"
        case less
        case lessOrEqual = "less_or_equal"
        case equal
        case notEqual = "not_equal"
        case power = "pow"
        /// What remains of a division, with the sign of the dividend: C's fmod. Of integers 0 where the divisor is 0.
        case remainder = "fmod"
        /// What remains of a division, with the sign of the divisor: Python's `%`. Of integers 0 where the divisor is 0.
        case modulo = "mod"
        case and, or, xor
        case bitAnd = "bit_and"
        case bitOr = "bit_or"
        case bitXor = "bit_xor"
        /// Of integers only. What is shifted by 64 or more, or by less than 0, is 0.
        case shiftLeft = "shift_left"
        case shiftRight = "shift_right"
    }

    /// The value for one element of each operand. Not-a-number propagates through every function but comparisons and logic.
    public func evaluate(_ operands: [Double]) -> Double {
        switch self {
        case .operand(let index): return operands[index]
        case .constant(let value): return value
        case .unary(let function, let inner): return function.apply(inner.evaluate(operands))
        case .binary(let function, let first, let second):
            return function.apply(first.evaluate(operands), second.evaluate(operands))
        case .select(let condition, let first, let second):
            return condition.evaluate(operands) != 0 ? first.evaluate(operands) : second.evaluate(operands)
        }
    }

    /// The value for one element of each operand in 64-bit integers, which wrap around. What has no meaning for integers is
    /// computed in doubles and cut off.
    public func evaluate(_ operands: [Int]) -> Int {
        switch self {
        case .operand(let index): return operands[index]
        case .constant(let value): return Elements.truncated(value)
        case .unary(let function, let inner): return function.apply(inner.evaluate(operands))
        case .binary(let function, let first, let second):
            return function.apply(first.evaluate(operands), second.evaluate(operands))
        case .select(let condition, let first, let second):
            return condition.evaluate(operands) != 0 ? first.evaluate(operands) : second.evaluate(operands)
        }
    }

    /// The expression with other expressions in place of its operands.
    public func replacingOperands(_ replacements: [Expression]) -> Expression {
        switch self {
        case .operand(let index): replacements[index]
        case .constant: self
        case .unary(let function, let inner): .unary(function, inner.replacingOperands(replacements))
        case .binary(let function, let first, let second):
            .binary(function, first.replacingOperands(replacements), second.replacingOperands(replacements))
        case .select(let condition, let first, let second):
            .select(
                condition.replacingOperands(replacements), first.replacingOperands(replacements),
                second.replacingOperands(replacements))
        }
    }

    /// The numbers of the operands that it reads.
    public var operands: Set<Int> {
        switch self {
        case .operand(let index): [index]
        case .constant: []
        case .unary(_, let inner): inner.operands
        case .binary(_, let first, let second): first.operands.union(second.operands)
        case .select(let condition, let first, let second):
            condition.operands.union(first.operands).union(second.operands)
        }
    }

    /// Functions, operands and constants in it.
    public var size: Int {
        switch self {
        case .operand, .constant: 1
        case .unary(_, let inner): 1 + inner.size
        case .binary(_, let first, let second): 1 + first.size + second.size
        case .select(let condition, let first, let second): 1 + condition.size + first.size + second.size
        }
    }
}

extension Expression: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self = .constant(value) }
    public init(integerLiteral value: Int) { self = .constant(Double(value)) }

    public static func + (left: Self, right: Self) -> Self { .binary(.add, left, right) }
    public static func - (left: Self, right: Self) -> Self { .binary(.subtract, left, right) }
    public static func * (left: Self, right: Self) -> Self { .binary(.multiply, left, right) }
    public static func / (left: Self, right: Self) -> Self { .binary(.divide, left, right) }
    public static prefix func - (inner: Self) -> Self { .unary(.negate, inner) }
    /// 1 where `left` is above `right`, else 0.
    public static func > (left: Self, right: Self) -> Self { .binary(.greater, left, right) }
    /// 1 where `left` is below `right`, else 0.
    public static func < (left: Self, right: Self) -> Self { .binary(.less, left, right) }
    public static func maximum(_ left: Self, _ right: Self) -> Self { .binary(.maximum, left, right) }
    public static func minimum(_ left: Self, _ right: Self) -> Self { .binary(.minimum, left, right) }
    public static func exponential(_ inner: Self) -> Self { .unary(.exponential, inner) }
    public static func logarithm(_ inner: Self) -> Self { .unary(.logarithm, inner) }
    public static func squareRoot(_ inner: Self) -> Self { .unary(.squareRoot, inner) }
    public static func hyperbolicTangent(_ inner: Self) -> Self { .unary(.hyperbolicTangent, inner) }
    public static func logistic(_ inner: Self) -> Self { .unary(.logistic, inner) }
}
