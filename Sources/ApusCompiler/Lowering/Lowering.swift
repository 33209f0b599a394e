import ApusGraph
import ApusInstructions
import ApusPlan

/// Makes the instructions of a plan from a graph whose parameters are explicit.
///
/// Each operator's lowering asks for its operands in the layout that it needs (a copy is made where they are in another),
/// for room for its results, and emits instructions. Offsets in the activation arena are decided last, by ``finish()``.
struct Lowering {
    let graph: Graph
    let weights: [String: [Float]]
    let options: LoweringOptions
    let stages: Stages
    let algorithms: AlgorithmChoice
    let layouts: LayoutChoice
    let pooledGradients: PooledGradients
    var plan: Plan

    /// Where each batched value is; nil until it is made.
    var stored: [Stored?]
    /// Where each value without a batch dimension is.
    var whole: [Whole?]
    /// What the gradients that are not stored are made of.
    var pooled: [ValueID: PooledGradient] = [:]
    /// Copies of values in other layouts, so that each is made once.
    var copies: [CopyKey: Stored] = [:]
    /// Packed and padded parameters, so that each is made once.
    var derived: [DerivedKey: Operand] = [:]
    /// Bytes of each activation buffer.
    var bufferSizes: [Int] = []
    var bufferNames: [String] = []
    var body: [PendingInstruction] = []
    var reductions: [Reduction] = []
    /// The elements of values that depend on constant weights alone.
    var computed: [Int: [Float]] = [:]
    var stateBytes = 0

    struct CopyKey: Hashable {
        var value: Int
        var layout: ImageLayout
    }

    struct DerivedKey: Hashable {
        var value: Int
        var opcode: Opcode
        var parameters: [UInt8]
    }

    /// Elements that samples are aligned to: a cache line.
    static let sampleAlignment = 16

    init(_ model: Model, options: LoweringOptions) throws(LoweringError) {
        graph = model.graph
        weights = model.weights
        self.options = options
        guard options.batchBound >= 1, options.shards >= 1, (options.microBatch ?? 1) >= 1 else {
            throw .badOption("the batch, the micro-batch and the shards are at least 1")
        }
        stages = Stages(graph)
        var layouts = LayoutChoice(graph, lanes: options.target.lanes)
        algorithms = AlgorithmChoice(
            graph, lanes: options.target.lanes, permitted: options.convolutions, isBlocked: layouts.isBlocked)
        pooledGradients = PooledGradients(graph, algorithms, isBlocked: layouts.isBlocked)
        layouts.demandBorders(graph, algorithms, pooledGradients, lanes: options.target.lanes)
        self.layouts = layouts
        stored = Array(repeating: nil, count: graph.values.count)
        whole = Array(repeating: nil, count: graph.values.count)
        plan = Plan(name: graph.name, target: options.target, batchBound: options.batchBound, microBatch: 1)
        plan.labels = model.labels
        plan.preparation = model.preparation.flatMap { [$0.name, $0.value] }
        let summed = !graph.gradients.isEmpty || !graph.updates.isEmpty
        plan.shards = summed && !stages.couplesSamples ? min(options.shards, options.batchBound) : 1
        plan.microBatch = chooseMicroBatch()
    }

    var lanes: Int { options.target.lanes }

    /// Large dense layers are read once for several samples; elsewhere one sample at a time keeps activations in the
    /// nearest cache. A body that sums over samples takes the whole batch.
    private func chooseMicroBatch() -> Int {
        if stages.couplesSamples { return options.batchBound }
        let samplesAtOnce = (options.batchBound + plan.shards - 1) / plan.shards
        if let given = options.microBatch { return min(given, samplesAtOnce) }
        let denseBytes = graph.nodes.reduce(0) { sum, node in
            switch node.operation {
            case is Dense, is FusedDense:
                sum + 4 * (graph[node.operands[1]].type.sampleElements ?? 0)
            default: sum
            }
        }
        return denseBytes > 64 * 1024 ? min(16, samplesAtOnce) : 1
    }

    /// Lowers every node.
    mutating func lower() throws(LoweringError) {
        try placeInputs()
        if options.weights == .state { try placeState() }
        for (index, node) in graph.nodes.enumerated() {
            switch stages.nodes[index] {
            case .body: try lowerBody(node)
            case .prologue: try lowerWhole(node, stage: .prologue)
            case .epilogue: break
            }
        }
        try writeOutputs()
        try lowerEpilogue()
    }

    // MARK: Inputs and parameters

    private mutating func placeInputs() throws(LoweringError) {
        for input in graph.inputs {
            let value = graph[input]
            guard value.type.isBatched, let shape = value.type.sampleShape else {
                throw .unknownExtent(value: value.name, type: value.type.description)
            }
            let port = plan.inputs.count
            plan.inputs.append(
                Port(name: value.name, elementType: value.type.elementType == .i32 ? .i32 : .f32, sampleShape: shape))
            var layout = plainLayout(of: shape)
            layout.sampleStride = Int32(shape.reduce(1, *))
            stored[input.index] = Stored(place: .fixed(Operand(.input, port: port)), layout: layout)
        }
    }

    /// The elements of a parameter or constant.
    func elements(of value: ValueID) throws(LoweringError) -> [Float] {
        if let constant = graph.constants.first(where: { $0.value == value }) {
            return constant.elements.doubles.map(Float.init)
        }
        if let elements = computed[value.index] { return elements }
        let name = graph[value].name
        guard let elements = weights[name] else { throw .missingWeights(parameter: name) }
        guard elements.count == graph[value].type.sampleElements else {
            throw .wrongWeightCount(
                parameter: name, expected: graph[value].type.sampleElements ?? 0, given: elements.count)
        }
        return elements
    }

    /// Adds to the constants arena.
    mutating func addConstant(_ floats: [Float]) -> Operand {
        let offset = plan.constants.count.roundedUp(to: 64)
        plan.constants.append(contentsOf: repeatElement(0, count: offset - plan.constants.count))
        for element in floats {
            let bits = element.bitPattern.littleEndian
            for shift in stride(from: 0, to: 32, by: 8) {
                plan.constants.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return Operand(.constants, offset: offset)
    }

    /// Makes room in the state arena.
    mutating func addState(elements: Int) -> Operand {
        let offset = stateBytes.roundedUp(to: 64)
        stateBytes = offset + elements * 4
        return Operand(.state, offset: offset)
    }

    /// A value without a batch dimension, as plain elements.
    mutating func wholeValue(_ value: ValueID) throws(LoweringError) -> Whole {
        if let known = whole[value.index] { return known }
        guard let shape = graph[value].type.sampleShape else {
            throw .unknownExtent(value: graph[value].name, type: graph[value].type.description)
        }
        let made = Whole(place: addConstant(try elements(of: value)), shape: shape)
        whole[value.index] = made
        return made
    }

    // MARK: Layouts

    /// Channels, height and width of a batched value: pictures as they are, all else as a row.
    func extents(of shape: [Int]) -> (channels: Int, height: Int, width: Int) {
        shape.count == 3 ? (shape[0], shape[1], shape[2]) : (shape.reduce(1, *), 1, 1)
    }

    func sampleShape(_ value: ValueID) throws(LoweringError) -> [Int] {
        guard let shape = graph[value].type.sampleShape else {
            throw .unknownExtent(value: graph[value].name, type: graph[value].type.description)
        }
        return shape
    }

    /// Row-major order, each sample at the start of a cache line.
    func plainLayout(of shape: [Int]) -> ImageLayout {
        let (channels, height, width) = extents(of: shape)
        return aligned(ImageLayout(channels: channels, height: height, width: width))
    }

    /// Blocks of the target's lanes, with a border.
    func blockedLayout(of shape: [Int], border: LayoutChoice.Border = .init(), block: Int? = nil) -> ImageLayout {
        let (channels, height, width) = extents(of: shape)
        return aligned(
            ImageLayout(
                channels: channels, height: height, width: width, channelBlock: block ?? lanes, top: border.top,
                left: border.left, bottom: border.bottom, right: border.right))
    }

    private func aligned(_ layout: ImageLayout) -> ImageLayout {
        var layout = layout
        layout.sampleStride = Int32(layout.sampleElements.roundedUp(to: Self.sampleAlignment))
        return layout
    }

    // MARK: Buffers and instructions of the body

    /// A buffer of the activation arena for one micro-batch.
    mutating func addBuffer(_ name: String, sampleBytes: Int) -> Place {
        bufferSizes.append(sampleBytes * plan.microBatch)
        bufferNames.append(name)
        return .activation(buffer: bufferSizes.count - 1)
    }

    mutating func emit<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ operands: [Place], _ parameters: Parameters, label: String, multiplyAdds: Int = 0
    ) {
        body.append(
            PendingInstruction(
                opcode: opcode, operands: operands, parameters: bytes(of: parameters), label: label,
                multiplyAdds: multiplyAdds))
    }

    /// Room for a batched result in the layout that was chosen for it.
    mutating func makeResult(_ value: ValueID) throws(LoweringError) -> Stored {
        let shape = try sampleShape(value)
        let layout =
            layouts.isBlocked(value)
            ? blockedLayout(of: shape, border: layouts.border(of: value)) : plainLayout(of: shape)
        let result = Stored(
            place: addBuffer(graph[value].name, sampleBytes: Int(layout.sampleStride) * 4), layout: layout)
        stored[value.index] = result
        return result
    }

    /// Room for a plain result: where the caller wants it, if nobody else does.
    mutating func makeOutput(_ value: ValueID) throws(LoweringError) -> Stored {
        let outputs = graph.outputs.filter { graph[$0].type.isBatched }
        guard let port = outputs.firstIndex(of: value), outputs.lastIndex(of: value) == port,
            !graph.nodes.contains(where: { $0.operands.contains(value) })
        else { return try makeResult(value) }
        let (channels, height, width) = extents(of: try sampleShape(value))
        let result = Stored(
            place: .fixed(Operand(.output, port: port)),
            layout: ImageLayout(channels: channels, height: height, width: width))
        stored[value.index] = result
        return result
    }

    /// Zeroes the border of what an instruction has just written.
    mutating func clearBorder(_ result: Stored, label: String) {
        guard result.layout.hasBorder else { return }
        emit(.clearBorder, [result.place], result.layout, label: label)
    }

    // MARK: Operands of the body

    /// The value as it was made.
    func made(_ value: ValueID) throws(LoweringError) -> Stored {
        guard let stored = stored[value.index] else {
            throw .unsupported(
                value: graph[value].name, operation: "it",
                reason: "is needed for each sample and has no batch dimension")
        }
        return stored
    }

    /// The value in exactly this layout; a copy where it is in another.
    mutating func operand(_ value: ValueID, in layout: ImageLayout) throws(LoweringError) -> Stored {
        let source = try made(value)
        if source.layout == layout { return source }
        if source.isRow, !source.isExternal, layout.height == 1, layout.width == 1, !layout.hasBorder,
            layout.sampleStride == source.layout.sampleStride, layout.channels == source.layout.channels
        {
            return Stored(place: source.place, layout: layout)
        }
        let key = CopyKey(value: value.index, layout: layout)
        if let copy = copies[key] { return copy }
        let name = graph[value].name
        let copy = Stored(place: addBuffer("\(name) copied", sampleBytes: Int(layout.sampleStride) * 4), layout: layout)
        emit(
            .relayout, [source.place, copy.place],
            RelayoutParameters(source: source.layout, destination: layout), label: "\(name) copied")
        copies[key] = copy
        return copy
    }

    /// The value as aligned plain rows.
    mutating func plainOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        try operand(value, in: plainLayout(of: try sampleShape(value)))
    }

    /// The value as plain elements, whatever its samples' alignment.
    mutating func readableOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        let source = try made(value)
        return source.isPlain ? source : try plainOperand(value)
    }

    /// The value as a blocked picture, whatever its border.
    mutating func blockedOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        let source = try made(value)
        if Int(source.layout.channelBlock) == lanes { return source }
        return try operand(value, in: blockedLayout(of: try sampleShape(value)))
    }

    /// The value as a picture with at least this border.
    mutating func borderedOperand(
        _ value: ValueID, border: LayoutChoice.Border, blocked: Bool
    ) throws(LoweringError) -> Stored {
        let source = try made(value)
        let layout = source.layout
        let isBlocked = Int(layout.channelBlock) == lanes
        if Int(layout.top) >= border.top, Int(layout.left) >= border.left, Int(layout.bottom) >= border.bottom,
            Int(layout.right) >= border.right, isBlocked || !blocked
        {
            return source
        }
        var wide = layouts.border(of: value)
        wide.widen(to: border)
        return try operand(
            value,
            in: blockedLayout(of: try sampleShape(value), border: wide, block: isBlocked || blocked ? lanes : 1))
    }

    // MARK: Sums over samples

    /// Room for a sum over the samples, that the body adds to.
    mutating func makeReduction(_ value: ValueID, elements: Int, form: Reduction.Form) -> Operand {
        let offset = plan.reductionBytes
        plan.reductionBytes = (offset + elements * 4).roundedUp(to: 64)
        let operand = Operand(.reductions, offset: offset)
        reductions.append(Reduction(value: value.index, operand: operand, form: form))
        return operand
    }

    /// A sum over samples that another part of the body reads, where the batch is not cut.
    func reduced(_ value: ValueID) -> Operand? { reductions.first { $0.value == value.index }?.operand }

    /// A value without a batch dimension that the body reads.
    mutating func bodyScalarOrVector(_ value: ValueID) throws(LoweringError) -> Operand {
        if let operand = reduced(value) { return operand }
        return try wholeValue(value).place
    }
}
