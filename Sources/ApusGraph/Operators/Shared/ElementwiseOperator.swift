/// An operator that computes each element of its result from one element of each operand.
///
/// It states one ``formula``. From it come its shape rule, its gradient, its reference kernel and its instruction. Shapes are
/// made equal as numpy does: aligned at their last dimension, with a dimension that is 1 or missing repeated.
public protocol ElementwiseOperator: Operator {
    /// What is computed for each element. Operand `i` of the formula is operand `i` of the call.
    var formula: Expression { get }

    /// Which element types the operands have, and which one the result has.
    static var elementTypes: ElementTypeRule { get }

    /// How many operands there are.
    var operandCount: Int { get }

    /// The partial derivative of the formula with respect to an operand. The rules of calculus give it; an operator states
    /// it where they do not, or where a shorter one is known.
    func derivative(of operand: Int) -> Expression
}

/// Which element types an element-wise operator takes and makes.
public enum ElementTypeRule: Sendable {
    /// All operands have one floating-point type, and so has the result.
    case floatingPoint
    /// All operands have one type of numbers, and so has the result.
    case numeric
    /// All operands have one integer type, and so has the result.
    case integer
    /// All operands have one type; the result is `bool`.
    case comparison
    /// Operands and result are `bool`.
    case logic
    /// All operands have one floating-point type; the result is `bool`.
    case predicate
    /// The first operand is `bool`; the others have one type, and so has the result.
    case selection
    /// Each operand has the result's floating-point type or is `bool`.
    case mixed

    /// The rule as constraint C1 states it.
    var constraint: OperatorDocumentation.Entry {
        switch self {
        case .floatingPoint: .init("C1", "as many operands as listed, of one floating-point element type")
        case .numeric: .init("C1", "as many operands as listed, of one element type of numbers")
        case .integer: .init("C1", "as many operands as listed, of one integer element type")
        case .comparison: .init("C1", "as many operands as listed, of one element type")
        case .logic: .init("C1", "as many operands as listed, of element type bool")
        case .predicate: .init("C1", "as many operands as listed, of one floating-point element type")
        case .selection: .init("C1", "as many operands as listed: the first is bool, the others have one element type")
        case .mixed: .init("C1", "as many operands as there are letters; each has one floating-point type or is bool")
        }
    }

    /// The result's type, or nil where the operands break the rule.
    func result(_ operands: [ElementType]) -> ElementType? {
        guard let first = operands.first else { return nil }
        let isUniform = operands.allSatisfy { $0 == first }
        switch self {
        case .floatingPoint: return isUniform && first.isFloatingPoint ? first : nil
        case .numeric: return isUniform && first != .bool ? first : nil
        case .integer: return isUniform && first.isInteger ? first : nil
        case .comparison: return isUniform ? .bool : nil
        case .logic: return isUniform && first == .bool ? .bool : nil
        case .predicate: return isUniform && first.isFloatingPoint ? .bool : nil
        case .selection:
            let rest = operands.dropFirst()
            guard first == .bool, let type = rest.first, rest.allSatisfy({ $0 == type }) else { return nil }
            return type
        case .mixed:
            let numbers = Set(operands.filter { $0 != .bool })
            guard numbers.count == 1, let type = numbers.first, type.isFloatingPoint else { return nil }
            return type
        }
    }
}

extension ElementwiseOperator {
    public var asElementwise: (any ElementwiseOperator)? { self }

    public var operandCount: Int { Self.documentation.operands.count }
    public func derivative(of operand: Int) -> Expression { formula.derivative(of: operand) }

    /// What batched operands have in their first dimension meets in the result's first.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        let rank = operands.map(\.rank).max()
        return operands.allSatisfy { !$0.isBatched || $0.rank == rank }
    }

    /// The rule that an operator of one operand documents.
    static var unaryConstraints: [OperatorDocumentation.Entry] { [elementTypes.constraint] }

    /// The rules that an operator of several operands documents.
    static var elementwiseConstraints: [OperatorDocumentation.Entry] {
        [elementTypes.constraint, .init("C2", "aligned at the last one, dimensions are equal, or 1, or missing")]
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try inferElementwise(operands)
    }

    /// The shape rule, for operators that do more in theirs.
    func inferElementwise(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard operands.count == operandCount else {
            throw ConstraintViolation(
                "C1", "\(name) takes \(operandCount) operand\(operandCount == 1 ? "" : "s"), not \(operands.count)",
                remedy: "give \(operandCount)")
        }
        guard let elementType = Self.elementTypes.result(operands.map(\.elementType)) else {
            let given = operands.map(\.description).joined(separator: " and ")
            throw ConstraintViolation(
                "C1", "\(name) can't work on \(given)", remedy: "give it \(Self.elementTypes.constraint.text)")
        }
        return [InferredType(TensorType(elementType, try broadcastDimensions(operands)))]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let formula = formula
        let offsets = operands.map { broadcastOffsets($0.shape, to: results[0]) }
        let count = results[0].reduce(1, *)
        let type = Self.elementTypes.result(operands.map(\.elementType)) ?? .f32
        if operands.contains(where: \.elementType.isFloatingPoint) {
            let sources = operands.map(\.elements)
            let numbers = (0..<count).map { index in
                formula.evaluate(sources.indices.map { sources[$0][offsets[$0][index]] })
            }
            let result = Tensor(type, shape: results[0], elements: numbers)
            return [type.isFloatingPoint ? result : result.converted(to: type)]
        }
        let sources = operands.map(\.integers)
        let integers = (0..<count).map { index in
            type.wrapped(formula.evaluate(sources.indices.map { sources[$0][offsets[$0][index]] }))
        }
        return [Tensor(type, shape: results[0], integers: integers)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: operandCount)
        guard let gradient = context.resultGradients[0] else { return gradients }
        for index in 0..<operandCount
        where context.needed[index] && context.operandType(index).elementType.isFloatingPoint {
            let derivative = derivative(of: index)
            if derivative == 0 { continue }
            let product = derivative == 1 ? gradient : try context.emit(derivative, times: gradient, gradientOf: index)
            gradients[index] = try context.unbroadcast(product, operand: index)
        }
        return gradients
    }
}

/// The broadcast shape of all operands (constraint C2).
func broadcastDimensions(_ operands: [TensorType]) throws(ConstraintViolation) -> [Dimension] {
    var result: [Dimension] = []
    for (index, operand) in operands.enumerated() {
        let rank = max(result.count, operand.rank)
        let padded = [result, operand.dimensions].map {
            Array(repeating: Dimension.fixed(1), count: rank - $0.count) + $0
        }
        result = []
        for (first, second) in zip(padded[0], padded[1]) {
            guard first == second || first == 1 || second == 1 else {
                throw ConstraintViolation(
                    "C2",
                    "\(operands[..<index].map(\.description).joined(separator: ", ")) and \(operand) can't be broadcast: "
                        + "\(first) meets \(second)",
                    remedy: "make the two equal, or one of them 1", at: .operand(index))
            }
            result.append(first == 1 ? second : first)
        }
    }
    return result
}

extension GradientContext {
    /// Emits the product of a gradient and a derivative, an expression in the call's operands.
    fileprivate mutating func emit(
        _ derivative: Expression, times gradient: ValueID, gradientOf index: Int
    ) throws(GraphError) -> ValueID {
        let read = derivative.operands.sorted()
        var places = [Expression](repeating: 0, count: (read.max() ?? -1) + 1)
        for (place, operand) in read.enumerated() { places[operand] = .operand(place) }
        let product = Expression.operand(read.count) * derivative.replacingOperands(places)
        return try emit(
            Elementwise(product), read.map { node.operands[$0] } + [gradient], gradientOf: index)
    }
}
