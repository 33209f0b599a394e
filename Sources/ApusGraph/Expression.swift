/// What an element-wise operator computes for one element.
///
/// The reference kernel evaluates it in double precision; the lowering turns it into the steps of an `elementwise`
/// instruction. Operators and functions build it: `max(.operand(0), 0)` is the rectifier.
public indirect enum Expression: Sendable, Equatable {
    case operand(Int)
    case constant(Double)
    case unary(Unary, Expression)
    case binary(Binary, Expression, Expression)

    public enum Unary: Sendable, CaseIterable {
        case negate, exponential, logarithm, squareRoot, hyperbolicTangent, logistic
    }

    public enum Binary: Sendable, CaseIterable {
        case add, subtract, multiply, divide, maximum, minimum
        /// 1 where the first is above the second, else 0.
        case greater
    }

    /// The value for one element of each operand. Not-a-number propagates through every function.
    public func evaluate(_ operands: [Double]) -> Double {
        switch self {
        case .operand(let index): return operands[index]
        case .constant(let value): return value
        case .unary(let function, let inner): return function.apply(inner.evaluate(operands))
        case .binary(let function, let first, let second):
            return function.apply(first.evaluate(operands), second.evaluate(operands))
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
    public static func maximum(_ left: Self, _ right: Self) -> Self { .binary(.maximum, left, right) }
    public static func minimum(_ left: Self, _ right: Self) -> Self { .binary(.minimum, left, right) }
    public static func exponential(_ inner: Self) -> Self { .unary(.exponential, inner) }
    public static func logarithm(_ inner: Self) -> Self { .unary(.logarithm, inner) }
    public static func squareRoot(_ inner: Self) -> Self { .unary(.squareRoot, inner) }
    public static func hyperbolicTangent(_ inner: Self) -> Self { .unary(.hyperbolicTangent, inner) }
    public static func logistic(_ inner: Self) -> Self { .unary(.logistic, inner) }
}
