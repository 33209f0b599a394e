/// The steps of a recurrent network in one direction: what lstm, gru and rnn are composed of.
package struct RecurrentSteps: Operator {
    public static let name = "recurrent_steps"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Goes through the steps of a recurrent network.",
        details: """
            Gates are what the inputs add to each gate, projected before, their bias included; the weight multiplies the state, \
            and the bias is added to these products. With σ for the logistic function, **lstm** computes `i, f, o = σ(...)`, \
            `g = tanh(...)`, `c' = f · c + i · g`, `h' = o · tanh(c')`; gates lie in the order i, f, g, o. **gru** computes \
            `z, r = σ(...)`, `n = tanh(gates + r · (weight · h + bias))` (reset after) or `tanh(gates + weight · (r · h) + bias)` \
            (reset before), `h' = (1 − z) · n + z · h`; gates lie in the order z, r, n. **tanh** and **relu** are \
            `h' = f(gates + weight · h + bias)`. Steps beyond a sample's length are not computed: y and saved are zero there, \
            and h and c are those after its last step. Clipped sums have no gradient.
            """,
        operands: [
            .init("gates", "f32[N, T, gates × H]"), .init("weight", "f32[gates × H, H]"),
            .init("bias", "f32[gates × H]; only where `bias` is true"),
            .init("initial h", "f32[N, H]; only with `initial`"),
            .init("initial c", "f32[N, H]; only of lstm with `initial`"),
            .init("lengths", "i32[N], a sample's steps; may be left out"),
        ],
        attributes: RecurrentLayout.attributes,
        results: [
            .init("y", "f32[N, T, H], the state after each step"),
            .init("h", "f32[N, H], the state after the last step"),
            .init("c", "f32[N, H], the cell after the last step; only of lstm"),
            .init(
                "saved",
                "f32[N, T, numbers × H], for the gradient: i, f, g, o, c' of lstm; z, r, n and weight · h + bias of n "
                    + "(reset after) or r · h (reset before) of gru; not of the others"),
        ],
        constraints: [
            .init("C1", "as many operands as listed"), .init("C2", "gates are f32[N, T, gates × H], T and H numbers"),
            .init("C3", "weight is f32[gates × H, H]"), .init("C4", "bias is f32[gates × H]"),
            .init("C5", "initial states are f32[N, H]"), .init("C6", "lengths are i32[N]"),
        ],
        example: "y, h, c, saved = recurrent_steps(gates, weight, cell: lstm, bias: false)")

    var layout: RecurrentLayout

    public init(
        _ cell: RecurrentCell, isReverse: Bool = false, bias: Bool = true, isInitialized: Bool = false, clip: Double = 0
    ) {
        layout = RecurrentLayout(cell)
        layout.isReverse = isReverse
        layout.bias = bias
        layout.isInitialized = isInitialized
        layout.clip = clip
    }
    init(_ layout: RecurrentLayout) { self.layout = layout }
    public init(attributes: inout AttributeReader) throws(AttributeError) { layout = try RecurrentLayout(&attributes) }
    public var attributes: [Attribute] { layout.attributes }

    public var cell: RecurrentCell { layout.cell }
    public var isReverse: Bool { layout.isReverse }
    public var bias: Bool { layout.bias }
    public var isInitialized: Bool { layout.isInitialized }
    public var clip: Double { layout.clip }

    /// The numbers of the operands that not every call has.
    public var biasOperand: Int? { bias ? 2 : nil }
    public var firstStateOperand: Int? { isInitialized ? (bias ? 3 : 2) : nil }
    public func lengthsOperand(count: Int) -> Int? { count > required ? required : nil }
    private var required: Int { (bias ? 3 : 2) + (isInitialized ? cell.states : 0) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", required...required + 1, "\(required) operands, and perhaps lengths")
        let sizes = try layout.sizes(operands[0], operands[1], Self.name)
        if let bias = biasOperand { try checks.match("C4", bias, sizes.bias, "the bias") }
        if let state = firstStateOperand {
            for index in state..<state + cell.states { try checks.match("C5", index, sizes.state, "an initial state") }
        }
        if let lengths = lengthsOperand(count: operands.count) {
            try checks.match("C6", lengths, sizes.lengths, "the lengths")
        }
        let types = [sizes.outputs] + Array(repeating: sizes.state, count: cell.states)
        return (types + (cell.saved > 0 ? [sizes.saved] : [])).map { InferredType($0) }
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        try RecurrentBackward(self, context).emit(&context)
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        let width = operands[1].dimensions.compactMap(\.number).reduce(1, *)
        return Cost(multiplyAdds: (operands[0].dimensions[1].number ?? 0) * width)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (batch, steps, hidden) = (results[0][0], results[0][1], results[0][2])
        let step = RecurrentStep(
            cell: cell, hidden: hidden, clip: clip, weight: operands[1].elements,
            bias: biasOperand.map { operands[$0].elements })
        let (gates, width, saved) = (operands[0].elements, cell.gates * hidden, cell.saved * hidden)
        var tensors = results.map { [Double](repeating: 0, count: $0.reduce(1, *)) }
        for sample in 0..<batch {
            var states = (0..<cell.states).map { state in
                firstStateOperand.map { operands[$0 + state].row(sample, hidden) } ?? Array(repeating: 0, count: hidden)
            }
            let length = length(of: sample, steps, operands)
            for number in 0..<length {
                let row = sample * steps + (isReverse ? length - 1 - number : number)
                let memory = step.advance(&states, Array(gates[row * width..<(row + 1) * width]))
                tensors[0].replaceSubrange(row * hidden..<(row + 1) * hidden, with: states[0])
                if saved > 0 {
                    tensors[tensors.count - 1].replaceSubrange(row * saved..<(row + 1) * saved, with: memory)
                }
            }
            for (index, state) in states.enumerated() {
                tensors[1 + index].replaceSubrange(sample * hidden..<(sample + 1) * hidden, with: state)
            }
        }
        return zip(results, tensors).map { Tensor(shape: $0, elements: $1) }
    }

    /// The steps of a sample.
    private func length(of sample: Int, _ steps: Int, _ operands: [Tensor]) -> Int {
        lengthsOperand(count: operands.count).map { min(max(operands[$0].integers[sample], 0), steps) } ?? steps
    }
}

extension Tensor {
    /// One of the rows of `width` elements.
    func row(_ number: Int, _ width: Int) -> [Double] { Array(elements[number * width..<(number + 1) * width]) }
}
