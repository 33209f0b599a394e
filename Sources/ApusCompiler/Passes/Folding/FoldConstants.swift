package import ApusGraph

/// Computes now what depends on constants and parameters alone, with the reference kernels.
///
/// A result becomes a constant where it comes from constants alone and is small, else a parameter with weights.
/// What would become much larger than what it is made of is left to be computed: it would only fill memory. So are the numbers that
/// codes stand for; where they are wanted all the same, dequantizing is expanded before.
/// Parameters that are not trained yet count with their initial values (seed 0), so that the plan of an untrained spec
/// has the layout of the trained one. Only for inference: it takes the parameters' present values for good.
package struct FoldConstants: Pass {
    public let name = "fold-constants"
    /// Elements up to which a constant is written into the graph.
    static let largestConstant = 64
    /// Elements that a result may have in any case.
    private static let budget = 1 << 16
    /// How many times the elements of its operands a result may have beyond that.
    private static let growth = 4

    public init() {}

    private struct Known {
        var tensor: LazyTensor
        var isFromParameter: Bool
    }

    /// A tensor, or weights that nobody has needed as one.
    private enum LazyTensor {
        case tensor(Tensor)
        case weights([Float], shape: [Int])

        var tensor: Tensor {
            switch self {
            case .tensor(let tensor): tensor
            case .weights(let weights, let shape): Tensor(shape: shape, elements: weights.map { Double($0) })
            }
        }

        var weights: [Float] {
            switch self {
            case .tensor(let tensor): tensor.elements.map { Float($0) }
            case .weights(let weights, _): weights
            }
        }

        var count: Int {
            switch self {
            case .tensor(let tensor): tensor.count
            case .weights(let weights, _): weights.count
            }
        }
    }

    public func apply(to model: Model) throws(PassError) -> Model {
        var result = model
        let graph = model.graph
        let roots = Set(graph.roots)
        var rewriter = try GraphRewriter(graph, pass: self)
        var known = try leaves(of: model)
        for node in graph.nodes {
            let operands = node.operands.compactMap { known[$0] }
            let types = node.results.map { graph[$0].type }
            guard operands.count == node.operands.count, !(node.operation is DequantizeLinear),
                types.allSatisfy({ $0.shape != nil }), Self.isWithinBudget(types, of: operands),
                !node.results.contains(where: roots.contains)
            else {
                try rewriter.keep(node)
                continue
            }
            let isFromParameter = operands.contains { $0.isFromParameter }
            let tensors = Self.evaluate(
                node.operation, operands.map(\.tensor), results: types.map { $0.shape(batch: 1) })
            for (value, tensor) in zip(node.results, tensors) {
                known[value] = Known(tensor: tensor, isFromParameter: isFromParameter)
                let (name, type) = (graph[value].name, graph[value].type)
                let folded: ValueID
                if type.elementType == .f32, isFromParameter || tensor.count > Self.largestConstant {
                    folded = try rewriter.addParameter(name, type, role: .trained, initializer: .constant(0))
                    result.weights[name] = tensor.weights
                } else {
                    folded = try rewriter.addConstant(name, type, elements: tensor.tensor.data)
                }
                rewriter.substitute(folded, for: value)
            }
        }
        result.graph = rewriter.finish()
        return result
    }

    private static func isWithinBudget(_ results: [TensorType], of operands: [Known]) -> Bool {
        let count = results.reduce(0) { $0 + ($1.shape?.reduce(1, *) ?? 0) }
        return count <= max(budget, growth * operands.reduce(0) { $0 + $1.tensor.count })
    }

    private static func evaluate(
        _ operation: any Operator, _ operands: [LazyTensor], results: [[Int]]
    ) -> [LazyTensor] {
        if case .weights(let weight, let shape) = operands.first,
            let made = operation.evaluate(weight: weight, shape: shape, operands.dropFirst().map(\.tensor))
        {
            return [.weights(made.weight, shape: results[0])] + made.others.map { .tensor($0) }
        }
        return operation.evaluate(operands.map(\.tensor), results: results, context: EvaluationContext())
            .map { .tensor($0) }
    }

    /// The constants, and the parameters with their weights.
    private func leaves(of model: Model) throws(PassError) -> [ValueID: Known] {
        var known: [ValueID: Known] = [:]
        for constant in model.graph.constants {
            let shape = model.graph[constant.value].type.shape(batch: 1)
            known[constant.value] = Known(
                tensor: .tensor(
                    Tensor(model.graph[constant.value].type.elementType, shape: shape, data: constant.elements)),
                isFromParameter: false)
        }
        // Initial weights are only made where a node needs them: most graphs have nothing to fold.
        var needed = Set<ValueID>()
        for node in model.graph.nodes where !node.results.contains(where: { model.graph[$0].type.isBatched }) {
            needed.formUnion(node.operands)
        }
        for parameter in model.graph.parameters where needed.contains(parameter.value) {
            let value = model.graph[parameter.value]
            let shape = value.type.shape(batch: 1)
            let count = shape.reduce(1, *)
            let weights =
                model.weights[value.name]
                ?? parameter.initializer.elements(count: count, seed: 0, parameter: value.name)
            guard weights.count == count else {
                throw PassError(
                    pass: name, place: value.name, message: "\(weights.count) weights do not fill \(value.type)",
                    remedy: "give \(count) weights")
            }
            known[parameter.value] = Known(tensor: .weights(weights, shape: shape), isFromParameter: true)
        }
        return known
    }
}
