/// The gradient of ``RecurrentSteps`` for the gates and the initial states.
package struct RecurrentStepsGradient: Operator {
    public static let name = "recurrent_steps_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Goes back through the steps of a recurrent network.",
        details: """
            The gradients of the gates, of the products with the weight where they differ from these, and of the initial states: \
            Werbos, "Backpropagation Through Time" (1990), applied to the formulas of recurrent_steps. Beyond a sample's length \
            they are zero. The gradients of weight and bias are products of the second result, or else of the first, with the \
            states before each step.
            """,
        operands: [
            .init("dy", "the gradients of those results that `given` names: y, h, c"),
            .init("dh", "where it is given"), .init("dc", "where it is given"),
            .init("weight", "the steps' weight"), .init("y", "their first result"),
            .init("saved", "what they saved, where they do"), .init("initial h", "only with `initial`"),
            .init("initial c", "only of lstm with `initial`"), .init("lengths", "where they have some"),
        ],
        attributes: [
            .init("cell", "lstm, gru_reset_after, gru_reset_before, tanh or relu"),
            .init("given", "the numbers of the results whose gradients are operands; [0]"),
            .init("reverse", "whether a sample's steps go from its last to its first; false"),
            .init("initial", "whether the initial states are operands; false"),
        ],
        results: [
            .init("dgates", "f32[N, T, gates × H]"),
            .init("dproducts", "f32[N, T, gates × H], of what the weight gives; only of gru_reset_after"),
            .init("dh", "f32[N, H], of the initial h; only with `initial`"),
            .init("dc", "f32[N, H], of the initial c; only of lstm with `initial`"),
        ],
        constraints: [
            .init("C1", "as many operands as listed"),
            .init("C2", "y is f32[N, T, H], T and H numbers"),
            .init("C3", "all others have the types that the steps have or give"),
            .init("C4", "`given` has some of 0 and 1, and 2 of lstm, in this order"),
        ],
        example: "gates.gradient = recurrent_steps_gradient(y.gradient, weight, y, cell: tanh)")

    public var cell: RecurrentCell
    /// The numbers of the steps' results whose gradients are operands, in order.
    public var given: [Int]
    public var isReverse: Bool
    public var isInitialized: Bool

    public init(_ cell: RecurrentCell, given: [Int] = [0], isReverse: Bool = false, isInitialized: Bool = false) {
        self.cell = cell
        self.given = given
        self.isReverse = isReverse
        self.isInitialized = isInitialized
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let word = try attributes.word("cell", of: RecurrentCell.allCases.map(\.rawValue))
        cell = RecurrentCell(rawValue: word) ?? .lstm
        given = try attributes.integers("given") ?? [0]
        isReverse = try attributes.boolean("reverse", default: false)
        isInitialized = try attributes.boolean("initial", default: false)
    }
    public var attributes: [Attribute] {
        [Attribute("cell", .word(cell.rawValue))] + (given == [0] ? [] : [Attribute("given", .integers(given))])
            + (isReverse ? [Attribute("reverse", .boolean(true))] : [])
            + (isInitialized ? [Attribute("initial", .boolean(true))] : [])
    }

    /// The operand that is the gradient of result `index` of the steps; nil where it is zero.
    public func gradientOperand(of index: Int) -> Int? { given.firstIndex(of: index) }
    public var weightOperand: Int { given.count }
    /// The steps' first result; what they saved follows.
    public var outputOperand: Int { given.count + 1 }
    public var savedOperand: Int? { cell.saved > 0 ? given.count + 2 : nil }
    public var firstStateOperand: Int? { isInitialized ? given.count + (cell.saved > 0 ? 3 : 2) : nil }
    public func lengthsOperand(count: Int) -> Int? { count > required ? required : nil }
    private var required: Int {
        given.count + (cell.saved > 0 ? 3 : 2) + (isInitialized ? cell.states : 0)
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        guard !given.isEmpty, given == Array(Set(given)).sorted(), given.allSatisfy((0...cell.states).contains) else {
            throw ConstraintViolation(
                "C4", "\(given) are not results of \(cell.rawValue) steps",
                remedy: "give some of the numbers from 0 to \(cell.states), in order", at: .attribute("given"))
        }
        try checks.count("C1", required...required + 1, "\(required) operands, and perhaps lengths")
        let y = operands[outputOperand]
        guard y.elementType == .f32, y.rank == 3, let steps = y.dimensions[1].number,
            let hidden = y.dimensions[2].number
        else {
            throw ConstraintViolation(
                "C2", "the steps' result is \(y), not f32[N, T, H]", remedy: "give the first result of recurrent_steps",
                at: .operand(outputOperand))
        }
        let sizes = RecurrentSizes(batch: y.dimensions[0], steps: steps, hidden: hidden, cell: cell)
        for (index, result) in given.enumerated() {
            try checks.match("C3", index, result == 0 ? sizes.outputs : sizes.state, "a result's gradient")
        }
        try checks.match("C3", weightOperand, sizes.weight, "the weight")
        if let saved = savedOperand { try checks.match("C3", saved, sizes.saved, "what is saved") }
        if let state = firstStateOperand {
            for index in state..<state + cell.states { try checks.match("C3", index, sizes.state, "an initial state") }
        }
        if let lengths = lengthsOperand(count: operands.count) {
            try checks.match("C3", lengths, sizes.lengths, "the lengths")
        }
        let gates = Array(repeating: sizes.gates, count: cell == .gruResetAfter ? 2 : 1)
        let states = Array(repeating: sizes.state, count: isInitialized ? cell.states : 0)
        return (gates + states).map { InferredType($0) }
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        let width = operands[weightOperand].dimensions.compactMap(\.number).reduce(1, *)
        return Cost(multiplyAdds: (operands[outputOperand].dimensions[1].number ?? 0) * width)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let y = operands[outputOperand]
        let (batch, steps, hidden) = (y.shape[0], y.shape[1], y.shape[2])
        let step = RecurrentStep(
            cell: cell, hidden: hidden, clip: 0, weight: operands[weightOperand].elements, bias: nil)
        let (width, saved) = (cell.gates * hidden, cell.saved * hidden)
        var tensors = results.map { [Double](repeating: 0, count: $0.reduce(1, *)) }
        let zeros = [Double](repeating: 0, count: hidden)
        let lengths = lengthsOperand(count: operands.count).map { operands[$0].integers }
        for sample in 0..<batch {
            let length = lengths.map { min(max($0[sample], 0), steps) } ?? steps
            func row(_ number: Int) -> Int { sample * steps + (isReverse ? length - 1 - number : number) }
            var gradients = (0..<cell.states).map { state in
                gradientOperand(of: 1 + state).map { operands[$0].row(sample, hidden) } ?? zeros
            }
            for number in (0..<length).reversed() {
                let place = row(number)
                let before = (0..<cell.states).map { state in
                    guard number > 0 else {
                        return firstStateOperand.map { operands[$0 + state].row(sample, hidden) } ?? zeros
                    }
                    if state == 0 { return y.row(row(number - 1), hidden) }
                    return savedOperand.map { Array(operands[$0].row(row(number - 1), saved).suffix(hidden)) } ?? zeros
                }
                if let dy = gradientOperand(of: 0).map({ operands[$0].row(place, hidden) }) {
                    for unit in 0..<hidden { gradients[0][unit] += dy[unit] }
                }
                let back = step.goBack(
                    &gradients, before: before, output: y.row(place, hidden),
                    saved: savedOperand.map { operands[$0].row(place, saved) } ?? [])
                tensors[0].replaceSubrange(place * width..<(place + 1) * width, with: back.gates)
                if cell == .gruResetAfter {
                    tensors[1].replaceSubrange(place * width..<(place + 1) * width, with: back.products)
                }
            }
            if isInitialized {
                for (index, gradient) in gradients.enumerated() {
                    let result = tensors.count - cell.states + index
                    tensors[result].replaceSubrange(sample * hidden..<(sample + 1) * hidden, with: gradient)
                }
            }
        }
        return zip(results, tensors).map { Tensor(shape: $0, elements: $1) }
    }
}
