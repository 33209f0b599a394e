import ApusGraph
import ApusInstructions

/// The steps of a `map` instruction, as they are being written.
struct MapProgram {
    let type: ComputeType
    private(set) var steps: [MapStep] = []
    private(set) var readsIndices = false
    private var nextRegister: Int

    /// A program whose steps are added one by one, each with a register of its own.
    ///
    /// - Parameters:
    ///   - elementType: what is computed.
    ///   - sources: registers that hold an operand's element from the start.
    init(computing elementType: ElementType, sources: Int) {
        type = elementType.isFloatingPoint ? elementType == .f64 ? .float64 : .float32 : .int64
        nextRegister = sources
    }

    /// A program without steps: it converts register 0.
    init(converting source: ElementType, to result: ElementType) {
        type = ComputeType(for: [source, result])
        nextRegister = 1
    }

    private mutating func register() -> Int {
        defer { nextRegister += 1 }
        return nextRegister
    }

    /// Adds a number, cut off where integers are computed, and returns its register.
    mutating func constant(_ number: Double) -> Int {
        let result = register()
        steps.append(.constant(number, type, result: result))
        return result
    }

    /// Adds the running index of a loop and returns its register.
    ///
    /// - Parameters:
    ///   - axis: the loop's number.
    ///   - rank: how many loops there are.
    mutating func index(along axis: Int, rank: Int) -> Int {
        let result = register()
        steps.append(MapStep(indexAlong: StridedLoops.limit - rank + axis, result: result))
        readsIndices = true
        return result
    }

    /// Adds a step and returns its register.
    mutating func apply(_ operation: MapStep.Operation, _ operands: Int...) -> Int {
        let result = register()
        steps.append(
            MapStep(
                operation, first: operands[0], second: operands.count > 1 ? operands[1] : 0,
                third: operands.count > 2 ? operands[2] : 0, result: result))
        return result
    }
}

extension ComputeType {
    /// What holds all numbers of these types: f32 for all floating-point types but f64, i64 for the rest.
    init(for types: [ElementType]) {
        self = types.contains(.f64) ? .float64 : types.contains(where: \.isFloatingPoint) ? .float32 : .int64
    }
}

extension MapStep {
    static func constant(_ number: Double, _ type: ComputeType, result: Int) -> MapStep {
        type == .int64
            ? MapStep(integerConstant: Int64(Elements.numbers([number]).whole[0]), result: result)
            : MapStep(constant: number, result: result)
    }
}

// An expression as a program. Parts that occur several times are computed once.
extension MapProgram {
    /// - Parameters:
    ///   - expression: reads the operands by their numbers among `sources`.
    ///   - sources: operands that registers 0, 1, ... hold, each of which the expression reads.
    /// - Throws: where the expression needs more registers than there are.
    init(_ expression: Expression, sources: [Int], in type: ComputeType, _ site: Site) throws(LoweringError) {
        self.type = type
        nextRegister = 0
        var compiler = ExpressionCompiler(expression, sources: sources, type: type)
        guard let steps = compiler.compile() else {
            throw site.unsupported("has a formula that needs over \(MapStep.registers) registers")
        }
        self.steps = steps
    }

    /// The steps for a formula of f32, in which the first registers hold operands 0 to `operands` − 1; nil where it needs more
    /// registers than there are.
    static func steps(_ formula: Expression, operands: Int) -> [MapStep]? {
        guard operands <= MapStep.registers else { return nil }
        var compiler = ExpressionCompiler(formula, sources: Array(0..<operands), type: .float32)
        return compiler.compile()
    }
}

/// Chooses the steps and registers for an expression.
private struct ExpressionCompiler {
    private let root: Expression
    private let type: ComputeType
    private var registers: [Expression: Int] = [:]
    private var uses: [Expression: Int] = [:]
    private var isFree: [Bool]
    private var steps: [MapStep] = []

    init(_ expression: Expression, sources: [Int], type: ComputeType) {
        root = expression
        self.type = type
        isFree = (0..<MapStep.registers).map { $0 >= sources.count }
        for (register, operand) in sources.enumerated() { registers[.operand(operand)] = register }
        count(expression)
    }

    /// The steps; nil where the registers do not suffice.
    mutating func compile() -> [MapStep]? {
        guard place(root) != nil else { return nil }
        return steps
    }

    /// Counts how often each part is read, and each part's own parts once.
    private mutating func count(_ expression: Expression) {
        uses[expression, default: 0] += 1
        if uses[expression] == 1 { for part in expression.parts { count(part) } }
    }

    /// The register that holds a part.
    private mutating func place(_ expression: Expression) -> Int? {
        if let known = registers[expression] { return known }
        // What needs the most registers comes first (Sethi and Ullman, "The Generation of Optimal Code for Arithmetic
        // Expressions", 1970), judged by its size.
        let parts = expression.parts
        var operands = [Int](repeating: 0, count: parts.count)
        for index in parts.indices.sorted(by: { parts[$0].size > parts[$1].size }) {
            guard let register = place(parts[index]) else { return nil }
            operands[index] = register
        }
        for part in parts { release(part) }
        guard let result = isFree.firstIndex(of: true) else { return nil }
        isFree[result] = false
        registers[expression] = result
        if case .constant(let number) = expression {
            steps.append(.constant(number, type, result: result))
        } else if let operation = expression.operation {
            steps.append(
                MapStep(
                    operation, first: operands[0], second: operands.count > 1 ? operands[1] : 0,
                    third: operands.count > 2 ? operands[2] : 0, result: result))
        }
        return result
    }

    private mutating func release(_ part: Expression) {
        guard let left = uses[part] else { return }
        uses[part] = left - 1
        if left == 1, let register = registers[part] { isFree[register] = true }
    }
}

extension Expression {
    /// What a function is applied to.
    fileprivate var parts: [Expression] {
        switch self {
        case .operand, .constant: []
        case .unary(_, let inner): [inner]
        case .binary(_, let first, let second): [first, second]
        case .select(let condition, let first, let second): [condition, first, second]
        }
    }

    fileprivate var operation: MapStep.Operation? {
        switch self {
        case .operand, .constant: nil
        case .unary(let function, _): function.mapStep
        case .binary(let function, _, _): function.mapStep
        case .select: .select
        }
    }
}
