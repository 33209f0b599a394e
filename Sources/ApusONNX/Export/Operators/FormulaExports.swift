import ApusGraph

// Formulas of elements, function by function. Truth values are numbers in them, and of their own type in ONNX.
extension NodeExport {
    /// Finishes the call with what a formula makes of its operands.
    mutating func finish(formula: Expression) throws(NodeFailure) {
        let type = resultType().elementType
        guard type.isFloatingPoint else {
            return finish(try truth(formula))
        }
        finish(try number(formula, type))
    }

    /// The value of a formula as numbers of a type.
    private mutating func number(_ formula: Expression, _ type: ElementType) throws(NodeFailure) -> String {
        switch formula {
        case .operand(let index):
            return elementType(index) == .bool ? cast(operand(index), to: type) : operand(index)
        case .constant(let value): return scalar(value, type)
        case .unary(let function, let inner):
            if let name = function.exported { return emit(name, [try number(inner, type)]) }
        case .binary(.remainder, let first, let second):
            return emit("Mod", [try number(first, type), try number(second, type)], ["fmod": .flag(true)])
        case .binary(.modulo, let first, let second):
            let (x, y) = (try number(first, type), try number(second, type))
            return emit("Sub", [x, emit("Mul", [y, emit("Floor", [emit("Div", [x, y])])])])
        case .binary(let function, let first, let second):
            if let name = function.exported { return emit(name, [try number(first, type), try number(second, type)]) }
        case .select(let condition, let first, let second):
            return emit("Where", [try truth(condition), try number(first, type), try number(second, type)])
        }
        return cast(try truth(formula), to: type)
    }

    /// Where a formula is not zero.
    private mutating func truth(_ formula: Expression) throws(NodeFailure) -> String {
        let type = numberType
        switch formula {
        case .operand(let index) where elementType(index) == .bool: return operand(index)
        case .unary(.not, let inner): return emit("Not", [try truth(inner)])
        case .unary(.isNaN, let inner): return emit("IsNaN", [try number(inner, type)])
        case .unary(.isInfinite, let inner): return emit("IsInf", [try number(inner, type)])
        case .binary(.and, let first, let second): return emit("And", [try truth(first), try truth(second)])
        case .binary(.or, let first, let second): return emit("Or", [try truth(first), try truth(second)])
        case .binary(.xor, let first, let second): return emit("Xor", [try truth(first), try truth(second)])
        case .binary(.notEqual, let first, let second):
            return emit("Not", [emit("Equal", [try number(first, type), try number(second, type)])])
        case .binary(let function, let first, let second):
            if let name = function.exportedComparison {
                return emit(name, [try number(first, type), try number(second, type)])
            }
            guard function.exported != nil || function == .remainder || function == .modulo else {
                throw failure("ONNX has no \(function.rawValue) of floating point")
            }
        case .unary(let function, _) where function.exported == nil:
            throw failure("ONNX has no \(function.rawValue) of floating point")
        default: break
        }
        return emit("Not", [emit("Equal", [try number(formula, type), scalar(0, type)])])
    }

    /// The floating-point type of the operands.
    private var numberType: ElementType {
        for index in 0..<operandCount where elementType(index) != .bool { return elementType(index) }
        return .f32
    }
}

extension Expression.Unary {
    /// ONNX's operator that gives a number; nil where there is none.
    fileprivate var exported: String? {
        switch self {
        case .negate: "Neg"
        case .exponential: "Exp"
        case .logarithm: "Log"
        case .squareRoot: "Sqrt"
        case .hyperbolicTangent: "Tanh"
        case .logistic: "Sigmoid"
        case .absolute: "Abs"
        case .sign: "Sign"
        case .floor: "Floor"
        case .ceiling: "Ceil"
        case .round: "Round"
        case .errorFunction: "Erf"
        case .sine: "Sin"
        case .cosine: "Cos"
        case .tangent: "Tan"
        case .arcSine: "Asin"
        case .arcCosine: "Acos"
        case .arcTangent: "Atan"
        case .hyperbolicSine: "Sinh"
        case .hyperbolicCosine: "Cosh"
        case .inverseHyperbolicSine: "Asinh"
        case .inverseHyperbolicCosine: "Acosh"
        case .inverseHyperbolicTangent: "Atanh"
        case .not, .isNaN, .isInfinite, .bitNot: nil
        }
    }
}

extension Expression.Binary {
    /// ONNX's operator that gives a number; nil where there is none.
    fileprivate var exported: String? {
        switch self {
        case .add: "Add"
        case .subtract: "Sub"
        case .multiply: "Mul"
        case .divide: "Div"
        case .maximum: "Max"
        case .minimum: "Min"
        case .power: "Pow"
        default: nil
        }
    }

    /// ONNX's operator that gives a truth value; nil where there is none.
    fileprivate var exportedComparison: String? {
        switch self {
        case .greater: "Greater"
        case .greaterOrEqual: "GreaterOrEqual"
        case .less: "Less"
        case .lessOrEqual: "LessOrEqual"
        case .equal: "Equal"
        default: nil
        }
    }
}
