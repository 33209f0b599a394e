import Glibc

extension Expression.Unary {
    func apply(_ x: Double) -> Double {
        switch self {
        case .negate: -x
        case .exponential: exp(x)
        case .logarithm: log(x)
        case .squareRoot: x.squareRoot()
        case .hyperbolicTangent: tanh(x)
        case .logistic: 1 / (1 + exp(-x))
        case .absolute: abs(x)
        case .sign: x > 0 ? 1 : x < 0 ? -1 : x
        case .floor: x.rounded(.down)
        case .ceiling: x.rounded(.up)
        case .round: x.rounded(.toNearestOrEven)
        case .errorFunction: erf(x)
        case .sine: sin(x)
        case .cosine: cos(x)
        case .tangent: tan(x)
        case .arcSine: asin(x)
        case .arcCosine: acos(x)
        case .arcTangent: atan(x)
        case .hyperbolicSine: sinh(x)
        case .hyperbolicCosine: cosh(x)
        case .inverseHyperbolicSine: asinh(x)
        case .inverseHyperbolicCosine: acosh(x)
        case .inverseHyperbolicTangent: atanh(x)
        case .not: x == 0 ? 1 : 0
        case .isNaN: x.isNaN ? 1 : 0
        case .isInfinite: x.isInfinite ? 1 : 0
        case .bitNot: Double(~Elements.truncated(x))
        }
    }

    func apply(_ x: Int) -> Int {
        switch self {
        case .negate: 0 &- x
        case .absolute: x < 0 ? 0 &- x : x
        case .sign: x.signum()
        case .floor, .ceiling, .round: x
        case .not: x == 0 ? 1 : 0
        case .isNaN, .isInfinite: 0
        case .bitNot: ~x
        default: Elements.truncated(apply(Double(x)))
        }
    }
}

extension Expression.Binary {
    func apply(_ x: Double, _ y: Double) -> Double {
        switch self {
        case .add: x + y
        case .subtract: x - y
        case .multiply: x * y
        case .divide: x / y
        case .maximum: x.isNaN ? x : (x < y || y.isNaN ? y : x)
        case .minimum: x.isNaN ? x : (y < x || y.isNaN ? y : x)
        case .greater: x > y ? 1 : 0
        case .greaterOrEqual: x >= y ? 1 : 0
        case .less: x < y ? 1 : 0
        case .lessOrEqual: x <= y ? 1 : 0
        case .equal: x == y ? 1 : 0
        case .notEqual: x != y ? 1 : 0
        case .power: pow(x, y)
        case .remainder: fmod(x, y)
        case .modulo: Self.modulo(x, y)
        case .and: x != 0 && y != 0 ? 1 : 0
        case .or: x != 0 || y != 0 ? 1 : 0
        case .xor: (x != 0) != (y != 0) ? 1 : 0
        case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
            Double(apply(Elements.truncated(x), Elements.truncated(y)))
        }
    }

    private static func modulo(_ x: Double, _ y: Double) -> Double {
        let rest = fmod(x, y)
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
    }

    func apply(_ x: Int, _ y: Int) -> Int {
        switch self {
        case .add: x &+ y
        case .subtract: x &- y
        case .multiply: x &* y
        case .divide: y == 0 ? 0 : x.dividedReportingOverflow(by: y).partialValue
        case .maximum: max(x, y)
        case .minimum: min(x, y)
        case .greater: x > y ? 1 : 0
        case .greaterOrEqual: x >= y ? 1 : 0
        case .less: x < y ? 1 : 0
        case .lessOrEqual: x <= y ? 1 : 0
        case .equal: x == y ? 1 : 0
        case .notEqual: x != y ? 1 : 0
        case .power: Self.power(x, y)
        case .remainder: y == 0 ? 0 : x.remainderReportingOverflow(dividingBy: y).partialValue
        case .modulo: Self.modulo(x, y)
        case .and: x != 0 && y != 0 ? 1 : 0
        case .or: x != 0 || y != 0 ? 1 : 0
        case .xor: (x != 0) != (y != 0) ? 1 : 0
        case .bitAnd: x & y
        case .bitOr: x | y
        case .bitXor: x ^ y
        case .shiftLeft: (0..<64).contains(y) ? x << y : 0
        case .shiftRight: (0..<64).contains(y) ? x >> y : 0
        }
    }

    private static func modulo(_ x: Int, _ y: Int) -> Int {
        guard y != 0 else { return 0 }
        let rest = x.remainderReportingOverflow(dividingBy: y).partialValue
        return rest != 0 && (rest < 0) != (y < 0) ? rest &+ y : rest
    }

    /// By squaring. A power below 0 is a fraction: 0, or ±1 where the base is ±1.
    private static func power(_ base: Int, _ exponent: Int) -> Int {
        if exponent < 0 { return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0 }
        var (result, square, rest) = (1, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = result &* square }
            square = square &* square
            rest >>= 1
        }
        return result
    }
}
