extension Expression {
    /// The partial derivative with respect to an operand, by the rules of calculus, simplified where a factor is 0 or 1.
    ///
    /// Where a function has a corner, the derivative is that of one side: for `abs` 0, for `max` and `min` the first
    /// operand's where both are equal. What jumps (`sign`, `floor`, comparisons, logic) has the derivative 0.
    public func derivative(of operand: Int) -> Expression {
        switch self {
        case .operand(let index): index == operand ? 1 : 0
        case .constant: 0
        case .unary(let function, let inner):
            function.derivative(inner).times(inner.derivative(of: operand))
        case .binary(let function, let first, let second):
            function.derivative(
                first, second, first.derivative(of: operand), second.derivative(of: operand))
        case .select(let condition, let first, let second):
            Self.choice(condition, first.derivative(of: operand), second.derivative(of: operand))
        }
    }

    private static func choice(_ condition: Expression, _ first: Expression, _ second: Expression) -> Expression {
        first == second ? first : .select(condition, first, second)
    }

    fileprivate func times(_ other: Expression) -> Expression {
        if self == 0 || other == 0 { return 0 }
        return other == 1 ? self : self == 1 ? other : self * other
    }

    fileprivate func plus(_ other: Expression) -> Expression {
        other == 0 ? self : self == 0 ? other : self + other
    }

    fileprivate func minus(_ other: Expression) -> Expression {
        other == 0 ? self : self == 0 ? -other : self - other
    }
}

extension Expression.Unary {
    /// The derivative at `x`.
    fileprivate func derivative(_ x: Expression) -> Expression {
        let y = Expression.unary(self, x)
        return switch self {
        case .negate: -1
        case .exponential: y
        case .logarithm: 1 / x
        case .squareRoot: 0.5 / y
        case .hyperbolicTangent: 1 - y * y
        case .logistic: y * (1 - y)
        case .absolute: .unary(.sign, x)
        case .errorFunction: .constant(2 / Double.pi.squareRoot()) * .exponential(-(x * x))
        case .sine: .unary(.cosine, x)
        case .cosine: -.unary(.sine, x)
        case .tangent: 1 + y * y
        case .arcSine: 1 / .squareRoot(1 - x * x)
        case .arcCosine: -1 / .squareRoot(1 - x * x)
        case .arcTangent: 1 / (1 + x * x)
        case .hyperbolicSine: .unary(.hyperbolicCosine, x)
        case .hyperbolicCosine: .unary(.hyperbolicSine, x)
        case .inverseHyperbolicSine: 1 / .squareRoot(x * x + 1)
        case .inverseHyperbolicCosine: 1 / .squareRoot(x * x - 1)
        case .inverseHyperbolicTangent: 1 / (1 - x * x)
        case .sign, .floor, .ceiling, .round, .not, .isNaN, .isInfinite, .bitNot: 0
        }
    }
}

extension Expression.Binary {
    /// The derivative at `x` and `y`, whose own are `dx` and `dy`.
    fileprivate func derivative(_ x: Expression, _ y: Expression, _ dx: Expression, _ dy: Expression) -> Expression {
        func chosen(_ condition: Expression) -> Expression { dx == dy ? dx : .select(condition, dx, dy) }
        return switch self {
        case .add: dx.plus(dy)
        case .subtract: dx.minus(dy)
        case .multiply: dx.times(y).plus(dy.times(x))
        case .divide: dx == 0 && dy == 0 ? 0 : dx.minus(dy.times(x / y)).times(1 / y)
        case .maximum: chosen(.binary(.greaterOrEqual, x, y))
        case .minimum: chosen(.binary(.lessOrEqual, x, y))
        case .power: power(x, y, dx, dy)
        // The quotient that is taken away is a whole number, which does not move.
        case .remainder: dx.minus(dy.times((x - .binary(.remainder, x, y)) / y))
        case .modulo: dx.minus(dy.times((x - .binary(.modulo, x, y)) / y))
        case .greater, .greaterOrEqual, .less, .lessOrEqual, .equal, .notEqual, .and, .or, .xor, .bitAnd, .bitOr,
            .bitXor, .shiftLeft, .shiftRight:
            0
        }
    }

    /// The logarithm is left out where the base is not above 0: there only the power may have a derivative.
    private func power(_ x: Expression, _ y: Expression, _ dx: Expression, _ dy: Expression) -> Expression {
        let ofBase = (y * .binary(.power, x, y - 1)).times(dx)
        let growth: Expression = .select(x > 0, .binary(.power, x, y) * .logarithm(x), 0)
        return ofBase.plus(growth.times(dy))
    }
}
