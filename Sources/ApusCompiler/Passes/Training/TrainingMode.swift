package import ApusGraph

/// Puts in what only trains.
///
/// - Batch norm normalizes by the batch's own statistics, and the graph updates the running ones by moving averages. The
///   running variance takes over the batch's biased variance (the sum of squares divided by the number of elements): it
///   is the one that the layer itself divides by.
///   Where its statistics are fixed it normalizes by them, as it does when it answers.
/// - Dropout drops. Each has its stream of random numbers, counted from 1 in the order of the graph.
/// - With an input noise, Gaussian noise of that standard deviation (stream 0) is added to the first f32 input.
package struct TrainingMode: Pass {
    public let name = "training-mode"
    public var inputNoise: Double

    public init(inputNoise: Double = 0) { self.inputNoise = inputNoise }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        var rewriter = try GraphRewriter(graph, pass: self)
        if inputNoise != 0 {
            guard let input = graph.inputs.first(where: { graph[$0].type.elementType == .f32 }) else {
                throw PassError(
                    pass: name, message: "there is no f32 input to add noise to", remedy: "train without input noise")
            }
            let noisy = try rewriter.emit(
                GaussianNoise(amount: inputNoise, stream: 0), [rewriter[input]], named: "\(graph[input].name).noisy")
            rewriter.substitute(noisy, for: input)
        }
        var streams = 0
        var statistics = Statistics(graph)
        for node in graph.nodes {
            switch node.operation.trainingForm(stream: streams + 1) {
            case .same: try rewriter.keep(node)
            case .random(let operation):
                streams += 1
                try rewriter.replace(node.results, with: operation, rewriter[node.operands])
            case .batchStatistics where statistics.areFixed(node): try rewriter.keep(node)
            case .batchStatistics(let operation, let momentum):
                try normalize(operation, momentum, node, &rewriter, &statistics)
            }
        }
        for update in statistics.updates { rewriter.addUpdate(of: update.parameter, to: update.value) }
        model.graph = rewriter.finish()
        return model
    }

    private func normalize(
        _ operation: any Operator, _ momentum: Double, _ node: Node, _ rewriter: inout GraphRewriter,
        _ statistics: inout Statistics
    ) throws(PassError) {
        let graph = rewriter.source
        let stem = graph[node.results[0]].name
        let names = [stem] + ["batch_mean", "batch_variance"].map { rewriter.freshName("\(stem).\($0)") }
        let results = try rewriter.apply(
            operation, to: rewriter[Array(node.operands.prefix(3))], names: names)
        rewriter.substitute(results[0], for: node.results[0])
        for (operand, batch) in zip(node.operands.dropFirst(3), results.dropFirst()) {
            guard statistics.parameters.contains(operand) else { continue }
            let parameter = rewriter[operand]
            // Layers that share their statistics update them one after the other.
            let new = try rewriter.emit(
                MovingAverage(momentum: momentum), [statistics[parameter] ?? parameter, batch],
                named: "\(graph[operand].name).update")
            statistics.update(parameter, to: new)
        }
    }
}

/// The running statistics of a graph, and what they become.
private struct Statistics {
    /// The parameters of the graph that are statistics, and move.
    let parameters: Set<ValueID>
    /// Those that don't.
    private let fixed: Set<ValueID>
    /// In the order of the first update of each. Parameters and values are those of the new graph.
    private(set) var updates: [(parameter: ValueID, value: ValueID)] = []
    private var places: [ValueID: Int] = [:]

    init(_ graph: Graph) {
        parameters = Set(graph.parameters.filter { $0.changes(as: .statistic) }.map(\.value))
        fixed = Set(graph.parameters.filter { $0.role == .statistic && $0.isFixed }.map(\.value))
    }

    /// Whether a layer has to take its mean or its variance as it is.
    func areFixed(_ node: Node) -> Bool { node.operands.dropFirst(3).contains(where: fixed.contains) }

    /// What a statistic has become so far; nil where it is as it was.
    subscript(parameter: ValueID) -> ValueID? { places[parameter].map { updates[$0].value } }

    mutating func update(_ parameter: ValueID, to value: ValueID) {
        if let place = places[parameter] {
            updates[place].value = value
        } else {
            places[parameter] = updates.count
            updates.append((parameter, value))
        }
    }
}
