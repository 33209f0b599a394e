/// Runs a graph with the reference kernels, in double precision.
public struct ReferenceInterpreter: Sendable {
    public var graph: Graph
    public var context: EvaluationContext

    public init(_ graph: Graph, context: EvaluationContext = EvaluationContext()) {
        self.graph = graph
        self.context = context
    }

    /// The value of everything in the graph, by number, from those of the inputs and parameters by name.
    ///
    /// - Precondition: every input and every parameter is among `bindings`, with the shape that its type says for `batch`.
    public func run(_ bindings: [String: Tensor], batch: Int) -> [Tensor] {
        var tensors = [Tensor?](repeating: nil, count: graph.values.count)
        for id in graph.inputs + graph.parameters.map(\.value) {
            guard let tensor = bindings[graph[id].name] else {
                preconditionFailure("'\(graph[id].name)' has no value")
            }
            precondition(
                tensor.shape == graph[id].type.shape(batch: batch),
                "'\(graph[id].name)' is \(tensor.shape), not \(graph[id].type)")
            tensors[id.index] = graph[id].type.elementType.cast(tensor)
        }
        for constant in graph.constants {
            let type = graph[constant.value].type
            tensors[constant.value.index] = Tensor(
                type.elementType, shape: type.shape(batch: batch), data: constant.elements)
        }
        for node in graph.nodes {
            let operands = node.operands.map { operand in
                guard let tensor = tensors[operand.index] else {
                    preconditionFailure("'\(graph[operand].name)' is used before it is made")
                }
                return tensor
            }
            let results = evaluate(node, operands, node.results.map { graph[$0].type.shape(batch: batch) })
            for (id, tensor) in zip(node.results, results) {
                tensors[id.index] = graph[id].type.elementType.cast(tensor)
            }
        }
        return tensors.map { $0 ?? Tensor(shape: [0]) }
    }

    /// Calls the reference kernel, with operands that say a shape put into attributes.
    private func evaluate(_ node: Node, _ operands: [Tensor], _ results: [[Int]]) -> [Tensor] {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        let known = operands.map { tensor in
            !tensor.elementType.isFloatingPoint && tensor.count <= KnownIntegers.limit
                ? KnownIntegers(tensor.integers.map(Dimension.fixed), rank: tensor.shape.count) : nil
        }
        guard let call = try? node.operation.resolving(types, known: known) else {
            return node.operation.evaluate(operands, results: results, context: context)
        }
        return call.operation.evaluate(call.operands.map { operands[$0] }, results: results, context: context)
    }
}

extension ElementType {
    /// The tensor as one of this type. Floating-point numbers keep double precision: the reference is more precise than what
    /// it judges.
    fileprivate func cast(_ tensor: Tensor) -> Tensor {
        if tensor.elementType == self { return tensor }
        return isFloatingPoint
            ? Tensor(self, shape: tensor.shape, elements: tensor.elements) : tensor.converted(to: self)
    }
}
