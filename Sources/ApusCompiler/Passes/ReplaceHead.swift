public import ApusGraph

/// Gives the last layer of a classifier fresh weights, for other classes; all other parameters keep theirs.
///
/// The layer is dense, linear, a convolution, or a product with a trained matrix. What lies behind it are operators that work class by
/// class, and softmax: their types are inferred anew, and vectors with a number for each class begin anew too.
public struct ReplaceHead: Pass {
    public let name = "replace-head"
    /// The name of the layer's result, or what the name of its weight begins with: `logits` of `logits.weight`.
    public var layer: String
    public var classes: Int

    public init(_ layer: String, classes: Int) {
        self.layer = layer
        self.classes = classes
    }

    /// - Parameter model: with explicit parameters.
    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let head = try head(model.graph)
        let behind = try behind(head, model.graph)
        let before = classCount(head, model.graph)
        try renew(head, &model)
        for number in behind { try renewVectors(model.graph.nodes[number], from: before, &model) }
        // All types are inferred on the way.
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for node in model.graph.nodes { try rewriter.keep(node) }
        model.graph = rewriter.finish()
        model.labels = []
        return model
    }

    // MARK: Finding the layer

    private func head(_ graph: Graph) throws(PassError) -> Int {
        guard let number = named(graph) else {
            let layers = graph.nodes.filter { weight(of: $0, graph) != nil }.map { graph[$0.results[0]].name }
            let near = nearName(to: layer, among: layers) ?? layers.last
            throw PassError(
                pass: name, message: "there is no layer '\(layer)'",
                remedy: near.map { "the last layer may be '\($0)'" } ?? "the model has no layer with weights")
        }
        let node = graph.nodes[number]
        guard let weight = weight(of: node, graph) else {
            throw refusal("it is no dense layer or convolution with weights of its own, but \(node.operation.name)")
        }
        let own = Set(node.operands.dropFirst() + [weight.parameter])
        for (other, reader) in graph.nodes.enumerated() where other != number {
            if weight.isTransposed, reader.results == [node.operands[1]] { continue }
            guard !reader.operands.contains(where: own.contains) else {
                throw refusal("'\(graph[reader.results[0]].name)' has the same weights")
            }
        }
        return number
    }

    /// The node whose result has the layer's name, or whose weight belongs to it. A sum with a bias has the name of the whole layer.
    private func named(_ graph: Graph) -> Int? {
        let makers = graph.producers()
        if let value = graph.value(named: layer), let maker = makers[value.index] {
            let node = graph.nodes[maker]
            guard node.operation is Add else { return maker }
            let products = node.operands.compactMap { makers[$0.index] }
            guard products.count == 1, weight(of: graph.nodes[products[0]], graph) != nil else { return maker }
            return products[0]
        }
        return graph.nodes.lastIndex { node in
            guard let weight = weight(of: node, graph) else { return false }
            let name = graph[weight.parameter].name
            return name == layer || name.hasPrefix("\(layer).") || name.hasPrefix("\(layer)/")
        }
    }

    private func refusal(_ message: String) -> PassError {
        PassError(
            pass: name, place: layer, message: message,
            remedy: "name the last layer, behind which only functions of single numbers, pooling, and softmax follow")
    }

    /// The weight of a layer: a parameter, transposed or not.
    private func weight(of node: Node, _ graph: Graph) -> (parameter: ValueID, isTransposed: Bool)? {
        guard HeadLayer(node.operation) != nil, node.operands.count > 1 else { return nil }
        let weight = node.operands[1]
        if graph.parameters.contains(where: { $0.value == weight }) { return (weight, false) }
        let maker = graph.nodes.first { $0.results == [weight] && $0.operation is Transpose }
        guard let maker, graph[weight].type.rank == 2,
            graph.parameters.contains(where: { $0.value == maker.operands[0] })
        else { return nil }
        return (maker.operands[0], true)
    }

    private func classCount(_ head: Int, _ graph: Graph) -> Int {
        let node = graph.nodes[head]
        let dimensions = graph[node.results[0]].type.dimensions
        return (HeadLayer(node.operation)?.axis(rank: dimensions.count)).flatMap { dimensions[$0].number } ?? 0
    }

    /// The nodes between the layer and the outputs.
    private func behind(_ head: Int, _ graph: Graph) throws(PassError) -> [Int] {
        var values = Set(graph.nodes[head].results)
        var numbers: [Int] = []
        for number in graph.nodes.indices.dropFirst(head + 1) {
            let node = graph.nodes[number]
            guard node.operands.contains(where: values.contains) else { continue }
            guard Self.worksByClass(node.operation) else {
                throw refusal("'\(graph[node.results[0]].name)', made by \(node.operation.name), follows it")
            }
            values.formUnion(node.results)
            numbers.append(number)
        }
        guard graph.outputs.contains(where: values.contains) else { throw refusal("no output depends on it") }
        return numbers
    }

    private static func worksByClass(_ operation: any Operator) -> Bool {
        if operation.asElementwise != nil || operation.asBroadcasting != nil { return true }
        if operation.expression != nil { return true }
        switch operation {
        case is Softmax, is LogSoftmax, is Hardmax, is Identity, is Cast, is Dropout, is Flatten, is Squeeze,
            is Reshape,
            is GlobalAveragePool, is GlobalMaxPool, is AveragePool2D, is ReduceMean:
            return true
        default: return false
        }
    }

    // MARK: Fresh weights

    private func renew(_ head: Int, _ model: inout Model) throws(PassError) {
        let node = model.graph.nodes[head]
        guard let layer = HeadLayer(node.operation), let weight = weight(of: node, model.graph) else { return }
        let types = node.operands.map { model.graph[$0].type }
        let fresh: (operation: any Operator, parameters: [ImplicitParameter])
        do throws(AttributeError) { fresh = try layer.resized(to: classes, types) } catch {
            throw PassError(pass: name, place: self.layer, message: error.message, remedy: error.remedy)
        }
        model.graph.nodes[head].operation = fresh.operation
        for (number, parameter) in fresh.parameters.enumerated() {
            let value = number == 0 ? weight.parameter : node.operands[number + 1]
            var type = parameter.type
            if number == 0, weight.isTransposed { type.dimensions.reverse() }
            guard renew(value, type, parameter.initializer, &model) else {
                throw refusal("'\(model.graph[value].name)' is computed, and no weight of its own")
            }
        }
    }

    /// Whether the value is a parameter, which then begins anew. A single number of a layer may be a constant: it becomes one.
    private func renew(_ value: ValueID, _ type: TensorType, _ initializer: Initializer, _ model: inout Model) -> Bool {
        if let number = model.graph.constants.firstIndex(where: { $0.value == value }) {
            model.graph.constants.remove(at: number)
            model.graph.parameters.append(Parameter(value: value, role: .trained, initializer: initializer))
        }
        guard let number = model.graph.parameters.firstIndex(where: { $0.value == value }) else { return false }
        model.graph[value].type = type
        model.graph.parameters[number].initializer = initializer
        model.graph.parameters[number].isFixed = false
        model.weights[model.graph[value].name] = nil
        return true
    }

    /// Lets vectors with a number for each class begin anew, so that they change nothing.
    private func renewVectors(_ node: Node, from before: Int, _ model: inout Model) throws(PassError) {
        guard before > 1 else { return }
        for operand in node.operands where model.graph.parameters.contains(where: { $0.value == operand }) {
            var type = model.graph[operand].type
            let axes = type.dimensions.indices.filter { type.dimensions[$0] != .fixed(1) }
            guard axes.count == 1, type.dimensions[axes[0]] == .fixed(before) else { continue }
            type.dimensions[axes[0]] = .fixed(classes)
            let neutral: Double
            switch node.operation {
            case is Add, is Subtract: neutral = 0
            case is Multiply, is Divide: neutral = 1
            default:
                throw refusal("'\(model.graph[operand].name)' of \(node.operation.name) has a number for each class")
            }
            _ = renew(operand, type, .constant(neutral), &model)
        }
    }
}

/// What makes the classes of a network's answer.
private enum HeadLayer {
    /// A layer whose attribute says how many there are.
    case counted(any Operator, attribute: String)
    case product(MatMul)
    case general(Gemm)

    init?(_ operation: any Operator) {
        switch operation {
        case is Dense, is Linear: self = .counted(operation, attribute: "units")
        case is Convolution1D, is Convolution2D, is Convolution3D: self = .counted(operation, attribute: "filters")
        case let product as MatMul: self = .product(product)
        case let product as Gemm: self = .general(product)
        default: return nil
        }
    }

    /// The axis of the classes in a result of that rank.
    func axis(rank: Int) -> Int {
        if case .counted(_, attribute: "filters") = self { return 1 }
        return rank - 1
    }

    /// The layer for so many classes, and the parameters that it has instead of its operands behind the first.
    func resized(
        to classes: Int, _ operands: [TensorType]
    ) throws(AttributeError) -> (operation: any Operator, parameters: [ImplicitParameter]) {
        switch self {
        case .counted(let operation, let attribute):
            let attributes = operation.attributes.map {
                $0.name == attribute ? Attribute(attribute, .integer(classes)) : $0
            }
            let resized = try makeOperator(type(of: operation), attributes)
            return (resized, Array(resized.implicitParameters([operands[0]]).prefix(operands.count - 1)))
        case .product(let product): return (product, [Self.matrix(operands[1], product, classes)])
        case .general(let general):
            let bias = operands.dropFirst(2).map { _ in
                ImplicitParameter("bias", TensorType(.f32, [.fixed(classes)]), initializer: .constant(0))
            }
            return (general, [Self.matrix(operands[1], general.product, classes)] + bias)
        }
    }

    private static func matrix(_ type: TensorType, _ product: MatMul, _ classes: Int) -> ImplicitParameter {
        var type = type
        let axis = type.rank - (product.transposeB ? 2 : 1)
        let features = type.dimensions[product.transposeB ? type.rank - 1 : type.rank - 2].number ?? 1
        type.dimensions[axis] = .fixed(classes)
        return ImplicitParameter("weight", type, initializer: .glorotUniform(fanIn: features, fanOut: classes))
    }
}
