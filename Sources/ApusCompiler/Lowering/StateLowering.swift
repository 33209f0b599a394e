import ApusGraph
import ApusInstructions
import ApusPlan

// What is kept in the session's state and computed once a step.
extension Lowering {
    /// Trained parameters in the order of the state's blocks: those that weight decay acts on, the weights, come first.
    private var trained: (decayed: [ValueID], rest: [ValueID]) {
        let values = graph.parameters.filter { $0.role == .trained }.map(\.value)
        return (values.filter { graph[$0].type.rank >= 2 }, values.filter { graph[$0].type.rank < 2 })
    }

    /// Lays out parameters, gradients and moments, each as one contiguous block in the same order.
    mutating func placeState() throws(LoweringError) {
        let order = trained.decayed + trained.rest
        try placeBlock(order, .parameter)
        if !graph.gradients.isEmpty { try placeBlock(order, .gradient) }
        switch options.optimizer {
        case .adam:
            try placeBlock(order, .firstMoment)
            try placeBlock(order, .secondMoment)
        case .momentum: try placeBlock(order, .firstMoment)
        case nil: break
        }
        if options.averageDecay != nil { try placeBlock(order, .average) }
        try placeBlock(graph.parameters.filter { $0.role == .statistic }.map(\.value), .statistic)
        if options.optimizer != nil {
            let place = addState(elements: 2)
            plan.slices.append(StateSlice(name: "status", kind: .status, shape: [2], offset: place.offset))
        }
    }

    private mutating func placeBlock(_ values: [ValueID], _ kind: StateSlice.Kind) throws(LoweringError) {
        var elements = 0
        var shapes: [[Int]] = []
        for value in values {
            let shape = try sampleShape(value)
            shapes.append(shape)
            elements += shape.reduce(1, *)
        }
        var offset = addState(elements: elements).offset
        for (value, shape) in zip(values, shapes) {
            plan.slices.append(StateSlice(name: graph[value].name, kind: kind, shape: shape, offset: offset))
            if kind == .parameter || kind == .statistic {
                whole[value.index] = Whole(place: Operand(.state, offset: offset), shape: shape)
            }
            offset += shape.reduce(1, *) * 4
        }
    }

    private func slice(_ value: ValueID, _ kind: StateSlice.Kind) -> Operand? {
        plan.slices.first { $0.kind == kind && $0.name == graph[value].name }.map { Operand(.state, offset: $0.offset) }
    }

    // MARK: Outputs

    mutating func writeOutputs() throws(LoweringError) {
        for output in graph.outputs where graph[output].type.isBatched {
            let shape = try sampleShape(output)
            let source = try made(output)
            var layout = plainLayout(of: shape)
            var given = source.layout
            if source.isPlain || source.isRow {
                // One after the other on both sides: the quickest copy is that of a single row.
                (layout, given) = (row(of: shape), row(of: shape))
                given.sampleStride = source.layout.sampleStride
            }
            layout.sampleStride = Int32(shape.reduce(1, *))
            let port = plan.outputs.count
            plan.outputs.append(Port(name: graph[output].name, elementType: .f32, sampleShape: shape))
            if source.place == .fixed(Operand(.output, port: port)) { continue }
            emit(
                .relayout, [source.place, .fixed(Operand(.output, port: port))],
                RelayoutParameters(source: given, destination: layout), label: graph[output].name)
        }
    }

    private func row(of shape: [Int]) -> ImageLayout {
        ImageLayout(channels: 1, height: 1, width: max(1, shape.reduce(1, *)))
    }

    // MARK: Values without a batch dimension

    /// Lowers an operator that works on parameters, constants and sums over samples.
    mutating func lowerWhole(_ node: Node, stage: Stages.Stage) throws(LoweringError) {
        if stage == .prologue, options.weights == .constant { return try evaluate(node) }
        var operands: [Whole] = []
        for operand in node.operands { operands.append(try wholeValue(operand)) }
        let result = node.results[0]
        let shape = try sampleShape(result)
        if node.operation is Reshape || node.operation is Flatten {
            whole[result.index] = Whole(place: operands[0].place, shape: shape)
            return
        }
        let expression: Expression
        if let broadcasting = node.operation as? any BroadcastingOperator, operands.allSatisfy({ $0.shape == shape }) {
            expression = .binary(broadcasting.function, .operand(0), .operand(1))
        } else if let own = node.operation.expression {
            expression = own
        } else {
            throw .unsupported(
                value: graph[result].name, operation: node.operation.name,
                reason: "works on samples, not on parameters alone")
        }
        let steps = try ElementwiseProgram(expression, operands: operands.count, value: graph[result].name).steps
        let place = addState(elements: shape.reduce(1, *))
        let parameters = ElementwiseParameters(
            count: shape.reduce(1, *), steps: steps.count, sources: operands.count, destinationStride: 0)
        let instruction = Instruction(
            .elementwise, operands: operands.map(\.place) + [place],
            parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: graph[result].name)
        if stage == .prologue { plan.prologue.append(instruction) } else { plan.epilogue.append(instruction) }
        whole[result.index] = Whole(place: place, shape: shape)
    }

    /// Computes a value that depends on constant weights alone, with the reference kernel.
    private mutating func evaluate(_ node: Node) throws(LoweringError) {
        var operands: [Tensor] = []
        for operand in node.operands {
            operands.append(
                Tensor(shape: try sampleShape(operand), elements: try elements(of: operand).map(Double.init)))
        }
        var shapes: [[Int]] = []
        for result in node.results { shapes.append(try sampleShape(result)) }
        let results = node.operation.evaluate(operands, results: shapes, context: EvaluationContext())
        for (value, tensor) in zip(node.results, results) { computed[value.index] = tensor.elements.map(Float.init) }
    }

    // MARK: Epilogue

    /// Sums the shards, makes plain values of the sums, and updates statistics and parameters.
    mutating func lowerEpilogue() throws(LoweringError) {
        try unpackReductions()
        for (index, node) in graph.nodes.enumerated() where stages.nodes[index] == .epilogue {
            try lowerWhole(node, stage: .epilogue)
        }
        for assignment in graph.gradients { try store(assignment.value, in: slice(assignment.target, .gradient)) }
        for assignment in graph.updates { try store(assignment.value, in: slice(assignment.target, .statistic)) }
        for output in graph.outputs where !graph[output].type.isBatched {
            let shape = try sampleShape(output)
            let place = addState(elements: shape.reduce(1, *))
            plan.slices.append(
                StateSlice(name: graph[output].name, kind: .result, shape: shape, offset: place.offset))
            try store(output, in: place)
        }
        if !graph.gradients.isEmpty { lowerOptimizer() }
    }

    private mutating func unpackReductions() throws(LoweringError) {
        guard !reductions.isEmpty else { return }
        var base = Operand(.reductions)
        if plan.shards > 1 {
            let count = plan.reductionBytes / 4
            base = addState(elements: count)
            plan.epilogue.append(
                Instruction(
                    .reduceShards, operands: [Operand(.reductions), base],
                    parameters: bytes(of: ReduceParameters(count: count, stride: count, shards: plan.shards)),
                    label: "sum of the shards"))
        }
        for reduction in reductions {
            let value = ValueID(reduction.value)
            let shape = try sampleShape(value)
            let source = Operand(base.arena, offset: base.offset + reduction.operand.offset)
            // A gradient is unpacked to its place at once.
            let target = graph.gradients.first { $0.value == value }.flatMap { slice($0.target, .gradient) }
            let place = target ?? addState(elements: shape.reduce(1, *))
            switch reduction.form {
            case .copy(let count): copy(source, to: place, count: count, label: graph[value].name)
            case .unpack(let parameters):
                plan.epilogue.append(
                    Instruction(
                        .unpackWeights, operands: [source, place], parameters: bytes(of: parameters),
                        label: graph[value].name))
            }
            whole[reduction.value] = Whole(place: place, shape: shape)
        }
    }

    private mutating func copy(_ source: Operand, to place: Operand, count: Int, label: String) {
        plan.epilogue.append(
            Instruction(
                .padVector, operands: [source, place],
                parameters: bytes(of: PadVectorParameters(count: count, paddedCount: count)), label: label))
    }

    /// Copies a value to its slice, where it isn't there already.
    private mutating func store(_ value: ValueID, in place: Operand?) throws(LoweringError) {
        guard let place else { return }
        let source = try wholeValue(value)
        if source.place != place { copy(source.place, to: place, count: source.elements, label: graph[value].name) }
    }

    private mutating func lowerOptimizer() {
        guard let optimizer = options.optimizer, let status = plan.slices.first(where: { $0.kind == .status }) else {
            return
        }
        func count(_ values: [ValueID]) -> Int { values.reduce(0) { $0 + (graph[$1].type.sampleElements ?? 0) } }
        let decayed = count(trained.decayed)
        let total = decayed + count(trained.rest)
        let decay: Double
        switch optimizer {
        case .adam(_, _, _, let amount), .momentum(_, _, let amount): decay = amount
        }
        let parts: [(Int, Int, Double)] =
            decay == 0 ? [(0, total, 0.0)] : [(0, decayed, decay), (decayed, total - decayed, 0)]
        for (start, count, decay) in parts where count > 0 {
            func block(_ kind: StateSlice.Kind) -> Operand {
                let first = plan.slices.first { $0.kind == kind }
                return Operand(.state, offset: (first?.offset ?? 0) + start * 4)
            }
            var parameters = OptimizerParameters(count: count)
            parameters.decay = Float(decay)
            let shared = [Operand(.state, offset: status.offset), Operand(.arguments)]
            let opcode: Opcode
            let operands: [Operand]
            switch optimizer {
            case .adam(let beta1, let beta2, let epsilon, _):
                parameters.beta1 = Float(beta1)
                parameters.beta2 = Float(beta2)
                parameters.epsilon = Float(epsilon)
                opcode = .adam
                operands = [block(.parameter), block(.gradient), block(.firstMoment), block(.secondMoment)] + shared
            case .momentum(let amount, let nesterov, _):
                parameters.beta1 = Float(amount)
                parameters.nesterov = nesterov ? 1 : 0
                opcode = .momentum
                operands = [block(.parameter), block(.gradient), block(.firstMoment)] + shared
            }
            plan.epilogue.append(
                Instruction(opcode, operands: operands, parameters: bytes(of: parameters), label: "parameters"))
            if let averageDecay = options.averageDecay {
                var average = OptimizerParameters(count: count)
                average.beta1 = Float(averageDecay)
                plan.epilogue.append(
                    Instruction(
                        .movingAverage, operands: [block(.parameter), block(.average), Operand(.arguments)],
                        parameters: bytes(of: average), label: "average"))
            }
        }
    }
}
