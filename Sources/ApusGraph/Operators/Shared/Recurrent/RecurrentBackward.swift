/// The gradient rule of ``RecurrentSteps``: the gates' gradients come from recurrent_steps_gradient, and those of weight and bias
/// are products of them with the states before each step.
struct RecurrentBackward {
    private let steps: RecurrentSteps
    private let node: Node
    private let sizes: RecurrentSizes
    private let lengths: ValueID?
    private let initial: [ValueID]

    init(_ steps: RecurrentSteps, _ context: GradientContext) {
        self.steps = steps
        node = context.node
        let gates = context.operandType(0)
        sizes = RecurrentSizes(
            batch: gates.dimensions[0], steps: gates.dimensions[1].number ?? 1,
            hidden: context.operandType(1).dimensions[1].number ?? 1, cell: steps.cell)
        let operands = node.operands
        lengths = steps.lengthsOperand(count: operands.count).map { operands[$0] }
        initial = steps.firstStateOperand.map { Array(operands[$0..<$0 + steps.cell.states]) } ?? []
    }

    func emit(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: node.operands.count)
        let states = steps.cell.states
        let place = context.editor.graph[node.results[0]].name
        guard context.resultGradients.dropFirst(1 + states).allSatisfy({ $0 == nil }) else {
            throw GraphError(
                place: place, message: "\(RecurrentSteps.name) has no gradient for what it saves",
                remedy: "let the loss depend on the other results alone")
        }
        let given = (0...states).filter { context.resultGradients[$0] != nil }
        guard !given.isEmpty, context.needed.contains(true) else { return gradients }
        guard steps.clip == 0 else {
            throw GraphError(
                place: place, message: "recurrent steps whose sums are clipped have no gradient",
                remedy: "leave 'clip' out where the model is trained")
        }
        let saved = steps.cell.saved > 0 ? [node.results[1 + states]] : []
        let results = try context.emit(
            RecurrentStepsGradient(
                steps.cell, given: given, isReverse: steps.isReverse, isInitialized: steps.isInitialized),
            given.compactMap { context.resultGradients[$0] } + [node.operands[1], node.results[0]] + saved + initial
                + (lengths.map { [$0] } ?? []), gradientsOf: [0])
        gradients[0] = results[0]
        if let first = steps.firstStateOperand {
            for (index, result) in results.suffix(states).enumerated() { gradients[first + index] = result }
        }
        guard context.needed[1] || steps.biasOperand.map({ context.needed[$0] }) ?? false else { return gradients }
        let products = steps.cell == .gruResetAfter ? results[1] : results[0]
        let parameters = try parameterGradients(&context, products, saved: saved.first)
        gradients[1] = parameters[0]
        if let bias = steps.biasOperand { gradients[bias] = parameters[1] }
        return gradients
    }

    /// The gradients of the weight and, where there is one, of the bias.
    private func parameterGradients(
        _ context: inout GradientContext, _ products: ValueID, saved: ValueID?
    ) throws(GraphError) -> [ValueID] {
        let (hidden, targets) = (sizes.hidden, steps.bias ? [1, 2] : [1])
        let operation = DenseWeightGradient(bias: steps.bias)
        let states = try rows(&context, try previousStates(&context))
        guard steps.cell == .gruResetBefore, let saved else {
            return try context.emit(operation, [states, try rows(&context, products)], gradientsOf: targets)
        }
        // The weight of n multiplied r · h, that of the other gates h.
        let resets = try part(&context, saved, 3 * hidden..<4 * hidden)
        let gates = try part(&context, products, 0..<2 * hidden)
        let candidates = try part(&context, products, 2 * hidden..<3 * hidden)
        let first = try context.emit(operation, [states, gates], gradientsOf: targets)
        let second = try context.emit(operation, [resets, candidates], gradientsOf: targets)
        var whole: [ValueID] = []
        for (index, parts) in zip(first, second).enumerated() {
            whole.append(try context.emit(Concat(axis: 0), [parts.0, parts.1], gradientOf: targets[index]))
        }
        return whole
    }

    /// The state before each step: the outputs moved by one step, and the initial state at a sample's first.
    private func previousStates(_ context: inout GradientContext) throws(GraphError) -> ValueID {
        let back = steps.isReverse ? -1 : 1
        let moved = try context.emit(
            PadConstant(before: [0, back, 0], after: [0, -back, 0]), [node.results[0]], gradientOf: 1)
        guard let initial = initial.first else { return moved }
        let state = try context.emit(
            Reshape(whole: [sizes.batch, 1, .fixed(sizes.hidden)]), [initial], gradientOf: 1)
        let placed: ValueID
        if steps.isReverse, let lengths {
            let last = try lastSteps(&context, lengths)
            placed = try context.emit(Multiply(), [last, state], gradientOf: 1)
        } else {
            let others = sizes.steps - 1
            placed = try context.emit(
                PadConstant(
                    before: [0, steps.isReverse ? others : 0, 0], after: [0, steps.isReverse ? 0 : others, 0]),
                [state], gradientOf: 1)
        }
        return try context.emit(Add(), [moved, placed], gradientOf: 1)
    }

    /// 1 at each sample's last step, `[N, T, 1]`.
    private func lastSteps(_ context: inout GradientContext, _ lengths: ValueID) throws(GraphError) -> ValueID {
        func constant(_ number: Int, _ context: inout GradientContext) throws(GraphError) -> ValueID {
            try context.editor.addConstant(
                context.editor.freshName("\(context.editor.graph[node.results[0]].name).steps"),
                TensorType(.i32, []), elements: .integers([number]))
        }
        let maximum = try constant(sizes.steps, &context)
        let one = try constant(1, &context)
        let within = try context.emit(Minimum(), [lengths, maximum], gradientOf: 1)
        let last = try context.emit(Subtract(), [within, one], gradientOf: 1)
        let marks = try context.emit(OneHot(depth: sizes.steps), [last], gradientOf: 1)
        return try context.emit(Unsqueeze(axes: [2]), [marks], gradientOf: 1)
    }

    /// All steps of all samples as rows.
    private func rows(_ context: inout GradientContext, _ value: ValueID) throws(GraphError) -> ValueID {
        let dimensions = context.editor.graph[value].type.dimensions
        return try context.emit(
            Reshape(whole: [dimensions[0] * dimensions[1], dimensions[2]]), [value], gradientOf: 1)
    }

    /// Some numbers of each step, as rows.
    private func part(
        _ context: inout GradientContext, _ value: ValueID, _ range: Range<Int>
    ) throws(GraphError) -> ValueID {
        let part = try context.emit(
            Slice(starts: [.fixed(range.lowerBound)], ends: [.fixed(range.upperBound)], axes: [2]), [value],
            gradientOf: 1)
        return try rows(&context, part)
    }
}
