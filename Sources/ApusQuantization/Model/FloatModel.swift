import ApusCompiler
package import ApusGraph

/// A model in the form in which it answers, of the language's operators: batch norms are in the weights of layers, what depends on
/// weights alone is computed, and nothing is fused, which is a target's business.
package struct FloatModel: Sendable {
    package private(set) var model: Model
    /// The convolutions and dense layers whose weights are known, in the order in which they run.
    package private(set) var layers: [Layer]

    package var graph: Graph { model.graph }

    /// - Throws: ``QuantizationError`` where a weight is missing, an input has no batch, or there is nothing to quantize.
    package init(_ model: Model) throws(QuantizationError) {
        for node in model.graph.nodes where node.operation is QuantizeLinear || node.operation is DequantizeLinear {
            throw .alreadyQuantized(model: model.graph.name, value: model.graph[node.results[0]].name)
        }
        if let input = model.graph.inputs.first(where: { !model.graph[$0].type.isBatched }) {
            throw .noBatch(input: model.graph[input].name)
        }
        let explicit = try Self.run(Pipeline([ExplicitParameters()]), model)
        for parameter in explicit.graph.parameters {
            let name = explicit.graph[parameter.value].name
            // Folding takes a missing weight for an initial one, so this must be asked before.
            guard explicit.weights[name] != nil else {
                throw .untrained(model: model.graph.name, parameter: name)
            }
        }
        let folded = try Self.run(.inference(), explicit, stoppingAfter: FoldConstants().name)
        let ready = try Self.run(Pipeline([RemoveDeadCode()]), folded)
        self.model = ready
        layers = Self.layers(of: ready)
        guard !layers.isEmpty else { throw .noLayers(model: model.graph.name) }
    }

    private static func run(
        _ pipeline: Pipeline, _ model: Model, stoppingAfter last: String? = nil
    ) throws(QuantizationError) -> Model {
        do { return try pipeline.run(model, stoppingAfter: last) } catch { throw .pass(error) }
    }

    /// The elements of a parameter or constant of f32; nil for other values.
    static func elements(of value: ValueID, in model: Model) -> [Float]? {
        guard model.graph[value].type.elementType == .f32 else { return nil }
        if let constant = model.graph.constants.first(where: { $0.value == value }) {
            return constant.elements.doubles.map { Float($0) }
        }
        return model.weights[model.graph[value].name]
    }

    private static func layers(of model: Model) -> [Layer] {
        let fixed = Set(model.graph.parameters.map(\.value) + model.graph.constants.map(\.value))
        return model.graph.nodes.enumerated().compactMap { number, node in
            guard node.operation is Convolution2D || node.operation is Dense, node.operands.count >= 2,
                model.graph[node.operands[0]].type.isBatched, node.operands.dropFirst().allSatisfy(fixed.contains),
                let weight = elements(of: node.operands[1], in: model)
            else { return nil }
            let bias = node.operands.count > 2 ? elements(of: node.operands[2], in: model) : nil
            guard node.operands.count == 2 || bias != nil else { return nil }
            return Layer(node: number, node, in: model.graph, weight: weight, bias: bias)
        }
    }

    /// What the model answers, before what makes probabilities of it: the names of values.
    var answers: [String] {
        let producers = graph.producers()
        let values = graph.outputs.filter { graph[$0].type.elementType == .f32 }.map { output in
            guard let node = producers[output.index].map({ graph.nodes[$0] }) else { return output }
            switch node.operation {
            case is Softmax, is LogSoftmax, is Sigmoid: return node.operands[0]
            default: return output
            }
        }
        return Set(values).sorted().map { graph[$0].name }
    }

    /// Gives a layer another weight and bias, of the same shapes.
    ///
    /// - Precondition: ``ownsWeights(_:)``.
    mutating func setWeights(of layer: Int, _ weight: [Float], _ bias: [Float]?) {
        layers[layer].weight = weight
        layers[layer].bias = bias
        let node = graph.nodes[layers[layer].node]
        model.weights[graph[node.operands[1]].name] = weight
        if let bias { model.weights[graph[node.operands[2]].name] = bias }
    }

    /// The same model with other weights, by the names of its parameters and constants; what has none there keeps its own.
    func withWeights(_ weights: [String: [Float]]) -> FloatModel {
        var changed = self
        for name in model.weights.keys { changed.model.weights[name] = weights[name] ?? model.weights[name] }
        for (number, layer) in layers.enumerated() {
            let names = graph.nodes[layer.node].operands.map { graph[$0].name }
            changed.layers[number].weight = weights[names[1]] ?? layer.weight
            if names.count > 2 { changed.layers[number].bias = weights[names[2]] ?? layer.bias }
        }
        return changed
    }

    /// Whether weight and bias of a layer are parameters that nobody else reads.
    func ownsWeights(_ layer: Layer) -> Bool {
        let parameters = Set(graph.parameters.map(\.value))
        return graph.nodes[layer.node].operands.dropFirst().allSatisfy { operand in
            parameters.contains(operand) && !graph.outputs.contains(operand)
                && graph.nodes.count { $0.operands.contains(operand) } == 1
        }
    }
}
