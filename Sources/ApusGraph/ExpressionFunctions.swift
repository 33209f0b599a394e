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
        }
    }
}
