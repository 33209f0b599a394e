import ApusGraph
import ApusInstructions

extension Expression.Unary {
    /// The step of a `map` instruction that computes this function.
    var mapStep: MapStep.Operation {
        switch self {
        case .negate: .negate
        case .exponential: .exponential
        case .logarithm: .logarithm
        case .squareRoot: .squareRoot
        case .hyperbolicTangent: .hyperbolicTangent
        case .logistic: .logistic
        case .absolute: .absolute
        case .sign: .sign
        case .floor: .floor
        case .ceiling: .ceiling
        case .round: .round
        case .errorFunction: .errorFunction
        case .sine: .sine
        case .cosine: .cosine
        case .tangent: .tangent
        case .arcSine: .arcSine
        case .arcCosine: .arcCosine
        case .arcTangent: .arcTangent
        case .hyperbolicSine: .hyperbolicSine
        case .hyperbolicCosine: .hyperbolicCosine
        case .inverseHyperbolicSine: .inverseHyperbolicSine
        case .inverseHyperbolicCosine: .inverseHyperbolicCosine
        case .inverseHyperbolicTangent: .inverseHyperbolicTangent
        case .not: .not
        case .isNaN: .isNaN
        case .isInfinite: .isInfinite
        case .bitNot: .bitNot
        }
    }
}

extension Expression.Binary {
    /// The step of a `map` instruction that computes this function.
    var mapStep: MapStep.Operation {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .maximum: .maximum
        case .minimum: .minimum
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .equal: .equal
        case .notEqual: .notEqual
        case .power: .power
        case .remainder: .remainder
        case .modulo: .modulo
        case .and: .and
        case .or: .or
        case .xor: .exclusiveOr
        case .bitAnd: .bitAnd
        case .bitOr: .bitOr
        case .bitXor: .bitExclusiveOr
        case .shiftLeft: .shiftLeft
        case .shiftRight: .shiftRight
        }
    }
}
