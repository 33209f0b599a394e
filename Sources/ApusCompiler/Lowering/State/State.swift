import ApusGraph
import ApusInstructions
import ApusPlan

/// The blocks of the session's state, and what lies where in them.
struct StateBlocks {
    /// Bytes so far.
    fileprivate(set) var bytes = 0
    fileprivate var slices: [Key: Operand] = [:]

    fileprivate struct Key: Hashable {
        var value: ValueID
        var kind: StateSlice.Kind
    }
}

// What is kept in the session's state and computed once a step.
extension Lowering {
    /// Trained parameters in the order of the state's blocks: those that weight decay acts on, the weights, come first.
    var trained: (decayed: [ValueID], rest: [ValueID]) {
        let values = graph.parameters.filter { $0.changes(as: .trained) }.map(\.value)
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
        if options.accumulatesGradients, !graph.gradients.isEmpty { try placeBlock(order, .gradientSum) }
        try placeBlock(graph.parameters.filter { $0.role == .statistic }.map(\.value), .statistic)
        try placeBlock(graph.parameters.filter { $0.role == .trained && $0.isFixed }.map(\.value), .fixed)
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
            let key = StateBlocks.Key(value: value, kind: kind)
            if state.slices[key] == nil { state.slices[key] = Operand(.state, offset: offset) }
            if kind == .parameter || kind == .statistic || kind == .fixed {
                whole[value.index] = Whole(place: Operand(.state, offset: offset), shape: shape)
            }
            offset += shape.reduce(1, *) * 4
        }
    }

    /// Where the state has this of a parameter; nil where it has none.
    func slice(_ value: ValueID, _ kind: StateSlice.Kind) -> Operand? {
        state.slices[StateBlocks.Key(value: value, kind: kind)]
    }

    /// Makes room in the state arena for f32.
    mutating func addState(elements: Int) -> Operand { addState(bytes: elements * 4) }

    /// Makes room in the state arena.
    mutating func addState(bytes: Int) -> Operand {
        let offset = state.bytes.roundedUp(to: 64)
        state.bytes = offset + bytes
        return Operand(.state, offset: offset)
    }
}
