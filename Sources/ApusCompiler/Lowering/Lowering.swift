import ApusGraph
import ApusInstructions
import ApusPlan

/// Makes the instructions of a plan from a graph whose parameters are explicit.
///
/// The phases know no operator: what they need to know of one they ask its ``LoweringRule``. A rule asks for its operands in the
/// layout that it needs (a copy is made where they are in another), for room for its results, and emits instructions. Offsets in
/// the activation arena are decided last, by ``finish()``.
struct Lowering {
    let context: LoweringContext
    let weights: [String: [Float]]
    let options: LoweringOptions
    let stages: Stages
    let layouts: LayoutChoice
    /// The chosen candidate of each node.
    let candidates: [Candidate]
    let unstored: UnstoredGradients
    let joins: Joins
    var plan: Plan

    /// Where each value of the body is; nil until it is made.
    var stored: [Stored?]
    /// Where each value is that is the same for all samples.
    var whole: [Whole?]
    /// What the gradients that are not stored are made of.
    var pooled: [ValueID: UnstoredGradient] = [:]
    /// Copies of values in other layouts, so that each is made once.
    var copies: [CopyKey: Stored] = [:]
    /// Packed and padded parameters, so that each is made once.
    var derived: [DerivedKey: Operand] = [:]
    var constants = ConstantSection()
    /// Bytes of each activation buffer.
    var bufferSizes: [Int] = []
    var bufferNames: [String] = []
    var body: [PendingInstruction] = []
    /// What makes the parameters of instructions that read the sums of all shards, of the elements from a shard's to the next.
    var shardReaders: [ShardReader] = []
    /// What is lowered now: where instructions and buffers go.
    var stage = Stages.Stage.body
    var reductions = Reductions()
    var state = StateBlocks()
    /// The elements of constants.
    let literals: [ValueID: Elements]
    /// The elements of values that depend on constant weights alone.
    var computed: [ValueID: Elements] = [:]
    /// The port of each output that is written once.
    let outputPorts: [ValueID: Int]

    struct CopyKey: Hashable {
        var value: Int
        var layout: ImageLayout
        /// The body's memory is not there before and after it.
        var stage: Stages.Stage
        var elementType = ElementType.f32
    }

    struct DerivedKey: Hashable {
        var value: Int
        var opcode: Opcode
        var parameters: [UInt8]
    }

    /// O(nodes), but for the packing of the arena.
    init(_ model: Model, options: LoweringOptions) throws(LoweringError) {
        guard options.batchBound >= 1, options.shards >= 1, (options.microBatch ?? 1) >= 1 else {
            throw .badOption("the batch, the micro-batch and the shards are at least 1")
        }
        if let norm = options.maximumNorm, !(norm > 0 && norm <= Double(Float.greatestFiniteMagnitude)) {
            throw .badOption("the maximum norm of the gradients is \(norm); give a number above zero")
        }
        if options.compute == .bf16, options.weights != .constant {
            throw .badOption("bf16 needs weights that don't change; train in f32")
        }
        let graph = model.graph
        weights = model.weights
        self.options = options
        let context = LoweringContext(
            graph, lanes: options.target.lanes, permitted: options.convolutions, compute: options.compute,
            scratchLimits: options.scratchLimits)
        self.context = context
        stages = Stages(context)
        var layouts = LayoutChoice(context)
        candidates = try context.chooseCandidates(layouts)
        unstored = UnstoredGradients(context, candidates)
        layouts.demandBorders(of: candidates, unstored)
        self.layouts = layouts
        stored = Array(repeating: nil, count: graph.values.count)
        whole = Array(repeating: nil, count: graph.values.count)
        literals = Dictionary(
            graph.constants.map { ($0.value, $0.elements) }, uniquingKeysWith: { first, _ in first })
        outputPorts = context.outputPorts
        plan = Plan(name: graph.name, target: options.target, batchBound: options.batchBound, microBatch: 1)
        plan.labels = model.labels
        plan.preparation = model.preparation.map { Plan.Field(name: $0.name, value: $0.value) }
        let summed = !graph.gradients.isEmpty || !graph.updates.isEmpty
        plan.shards = summed ? min(options.shards, options.batchBound) : 1
        let microBatch = Self.microBatch(context, stages, options, shards: plan.shards)
        plan.microBatch = microBatch
        joins = Joins(context, layouts, outputs: outputPorts, microBatch: microBatch)
    }

    var graph: Graph { context.graph }
    var lanes: Int { options.target.lanes }

    /// Large dense layers are read once for several samples; elsewhere one sample at a time keeps activations in the
    /// nearest cache. Where shards wait for each other, all of a shard's values are kept: it is taken at once.
    private static func microBatch(
        _ context: LoweringContext, _ stages: Stages, _ options: LoweringOptions, shards: Int
    ) -> Int {
        // A graph that isn't cut is one sample.
        guard context.samples.isCut else { return 1 }
        let samplesAtOnce = (options.batchBound + shards - 1) / shards
        if stages.couplesSamples { return samplesAtOnce }
        if let given = options.microBatch { return min(given, samplesAtOnce) }
        let sharedBytes = context.sites.reduce(0) { $0 + $1.rule.sharedWeightBytes($1) }
        return sharedBytes > 64 * 1024 ? min(16, samplesAtOnce) : 1
    }

    /// Lowers every node.
    mutating func lower() throws(LoweringError) {
        try placeInputs()
        if options.weights == .state { try placeState() }
        for site in context.sites {
            switch stages.nodes[site.number] {
            case .body:
                try candidates[site.number].emit(&self)
                try adoptSums(of: site)
            case .prologue: try lowerWhole(site, stage: .prologue)
            case .combination: try lowerWhole(site, stage: .combination)
            case .epilogue: break
            }
        }
        try writeOutputs()
        try lowerEpilogue()
    }

    private mutating func placeInputs() throws(LoweringError) {
        for input in graph.inputs {
            let value = graph[input]
            let shape = try sampleShape(input)
            let number = plan.inputs.count
            let port = port(value.name, value.type, shape)
            plan.inputs.append(port)
            var layout = packedLayout(input, shape)
            if port.isShared, context.samples.isCut { layout.sampleStride = 0 }
            stored[input.index] = Stored(
                place: .fixed(Operand(.input, port: number)), layout: layout,
                elementType: value.type.elementType, imageCount: context.samples.imageCount(input))
        }
    }
}

extension LoweringContext {
    /// Whether an output goes to a port: all do, but for the sums of a training graph, which are read from the state.
    func hasPort(_ output: ValueID) -> Bool {
        samples.isDynamic(output) || graph.gradients.isEmpty && graph.updates.isEmpty
    }

    /// The cheapest candidate of each node.
    func chooseCandidates(_ layouts: LayoutChoice) throws(LoweringError) -> [Candidate] {
        var chosen: [Candidate] = []
        for site in sites {
            guard let candidate = site.rule.candidates(site, layouts).within(scratchBytes: site.scratchLimit).cheapest
            else {
                throw site.unsupported("has no instruction")
            }
            chosen.append(candidate)
        }
        return chosen
    }

    /// The port of each output of the body, but for values that are several outputs.
    fileprivate var outputPorts: [ValueID: Int] {
        let outputs = graph.outputs.filter { hasPort($0) }
        let ports = Dictionary(grouping: outputs.enumerated(), by: \.element)
        return ports.compactMapValues { $0.count == 1 ? $0[0].offset : nil }
    }
}
