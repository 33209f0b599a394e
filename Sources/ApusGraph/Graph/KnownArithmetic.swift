extension ElementwiseOperator {
    /// The formula of what is known of the operands, where every operand is and the formula has a meaning for dimensions.
    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        let vectors = operands.compactMap { $0 }
        guard !vectors.isEmpty, vectors.count == operands.count else { return [nil] }
        let count = vectors.map(\.elements.count).max() ?? 1
        guard vectors.allSatisfy({ $0.elements.count == count || $0.elements.count == 1 }) else { return [nil] }
        let elements = (0..<count).map { index in
            formula.dimension(vectors.map { $0.elements[$0.elements.count == 1 ? 0 : index] })
        }
        let known = elements.compactMap { $0 }
        guard known.count == count else { return [nil] }
        return [KnownIntegers(known, rank: vectors.allSatisfy(\.isScalar) ? 0 : 1)]
    }
}

extension Expression {
    /// The value of the formula for dimensions; nil where symbols leave it open.
    func dimension(_ operands: [Dimension]) -> Dimension? {
        let numbers = operands.compactMap(\.number)
        if numbers.count == operands.count { return .fixed(evaluate(numbers)) }
        switch self {
        case .operand(let index): return operands[index]
        case .constant(let value):
            return value == value.rounded() && value.magnitude < 0x1p53 ? .fixed(Int(value)) : nil
        case .unary(.negate, let inner): return inner.dimension(operands).map { 0 - $0 }
        case .binary(let function, let left, let right):
            guard let left = left.dimension(operands), let right = right.dimension(operands) else { return nil }
            return function.dimension(left, right)
        case .select(let condition, let first, let second):
            guard let condition = condition.dimension(operands)?.number else { return nil }
            return condition != 0 ? first.dimension(operands) : second.dimension(operands)
        case .unary: return nil
        }
    }
}

extension Expression.Binary {
    /// The function of two dimensions; nil where symbols leave it open. Dimensions are at least 0, so that division rounds down.
    fileprivate func dimension(_ left: Dimension, _ right: Dimension) -> Dimension? {
        if let left = left.number, let right = right.number { return .fixed(apply(left, right)) }
        switch self {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide:
            if let quotient = left.quotient(by: right) { return quotient }
            guard let divisor = right.number, divisor > 0 else { return nil }
            return left / divisor
        case .maximum, .minimum, .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual:
            return left.order(to: right).flatMap { dimension(left, right, $0) }
        default: return nil
        }
    }

    /// The extremum or comparison of two dimensions of this order; nil where that leaves it open.
    private func dimension(_ left: Dimension, _ right: Dimension, _ order: DimensionOrder) -> Dimension? {
        let isNotBelow = order == .equal || order == .notBelow || order == .above
        let isNotAbove = order == .equal || order == .notAbove || order == .below
        switch self {
        case .maximum: return isNotBelow ? left : right
        case .minimum: return isNotAbove ? left : right
        case .equal where order == .equal, .notEqual where order == .above || order == .below: return 1
        case .equal where order == .above || order == .below, .notEqual where order == .equal: return 0
        case .greater where order == .above, .less where order == .below: return 1
        case .greater where isNotAbove, .less where isNotBelow: return 0
        case .greaterOrEqual where isNotBelow, .lessOrEqual where isNotAbove: return 1
        case .greaterOrEqual where order == .below, .lessOrEqual where order == .above: return 0
        default: return nil
        }
    }
}
