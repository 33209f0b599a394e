import ApusGraph
import ApusInstructions

extension Expression.Binary {
    /// The step of an `elementwise` instruction that computes this function; nil where it has none.
    var step: ElementwiseStep.Operation? {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .maximum: .maximum
        case .minimum: .minimum
        case .greater: .greater
        default: nil
        }
    }
}

extension Expression.Unary {
    /// The step of an `elementwise` instruction that computes this function; nil where it has none.
    var step: ElementwiseStep.Operation? {
        switch self {
        case .negate: .negate
        case .exponential: .exponential
        case .logarithm: .logarithm
        case .squareRoot: .squareRoot
        case .hyperbolicTangent: .hyperbolicTangent
        case .logistic: .logistic
        default: nil
        }
    }
}

/// An expression as the steps of an `elementwise` instruction.
struct ElementwiseProgram {
    private(set) var steps: [ElementwiseStep] = []
    private var isFree: [Bool]
    private let operands: Int
    private let value: String

    /// Parts that occur several times are computed once, where the registers suffice.
    ///
    /// - Throws: where the expression needs more registers than there are.
    init(_ expression: Expression, operands: Int, value: String) throws(LoweringError) {
        self.operands = operands
        self.value = value
        isFree = (0..<ElementwiseStep.registers).map { $0 >= operands }
        let shared = MapProgram.steps(expression, operands: operands)?.compactMap { ElementwiseStep($0) } ?? []
        let last = try compile(expression)
        // As many steps as parts: none was left out, and none occurs twice.
        if !shared.isEmpty, shared.count < steps.count { steps = shared }
        // The result is what the last step wrote, so a bare operand needs a step too.
        if steps.isEmpty { steps.append(ElementwiseStep(.maximum, first: last, second: last, result: last)) }
    }

    /// Appends the steps of an expression and returns the register that holds its value.
    private mutating func compile(_ expression: Expression) throws(LoweringError) -> Int {
        if let joined = JoinedStep(expression) {
            let source = try compile(joined.operand)
            release(source)
            let result = try takeRegister()
            steps.append(ElementwiseStep(joined.operation, first: source, result: result, value: joined.value))
            return result
        }
        switch expression {
        case .operand(let index): return index
        case .constant(let number):
            let result = try takeRegister()
            steps.append(ElementwiseStep(.constant, result: result, value: Float(number)))
            return result
        case .unary(let function, let inner):
            let source = try compile(inner)
            release(source)
            let result = try takeRegister()
            steps.append(ElementwiseStep(try step(function.step, function.rawValue), first: source, result: result))
            return result
        case .binary(let function, let first, let second):
            let left = try compile(first)
            let right = try compile(second)
            release(left)
            release(right)
            let result = try takeRegister()
            steps.append(
                ElementwiseStep(
                    try step(function.step, function.rawValue), first: left, second: right, result: result))
            return result
        case .select: throw missing("select")
        }
    }

    private func step(
        _ step: ElementwiseStep.Operation?, _ function: String
    ) throws(LoweringError) -> ElementwiseStep.Operation {
        guard let step else { throw missing(function) }
        return step
    }

    private func missing(_ function: String) -> LoweringError {
        .unsupported(
            value: value, operation: "its expression", reason: "has \(function), which is no element-wise step")
    }

    private mutating func takeRegister() throws(LoweringError) -> Int {
        guard let free = isFree.firstIndex(of: true) else {
            throw .unsupported(
                value: value, operation: "its expression", reason: "needs over \(ElementwiseStep.registers) registers")
        }
        isFree[free] = false
        return free
    }

    /// Operands keep their registers: a later part of the expression may read them again.
    private mutating func release(_ register: Int) {
        if register >= operands { isFree[register] = true }
    }
}

extension ElementwiseStep {
    /// The same step of a `map` instruction in f32; nil where there is none.
    fileprivate init?(_ step: MapStep) {
        guard let operation = MapStep.Operation(rawValue: step.operation)?.elementwise else { return nil }
        self.init(
            operation, first: Int(step.first), second: Int(step.second), result: Int(step.result),
            value: operation == .constant ? Float(Double(bitPattern: step.valueBits)) : 0)
    }
}

extension MapStep.Operation {
    /// The same function of an `elementwise` instruction; nil where it has none.
    fileprivate var elementwise: ElementwiseStep.Operation? {
        if self == .constant { return .constant }
        return Expression.Binary.allCases.first { $0.mapStep == self }?.step
            ?? Expression.Unary.allCases.first { $0.mapStep == self }?.step
    }
}
