/// An operator that stands for a few others.
///
/// It states the composition. From it come its shape rule, its gradient, its reference kernel and its instructions: a pass
/// puts the composition in its place before anything else is done with the graph.
public protocol CompositeOperator: Operator {
    /// Checks the operands' number and types against the constraints that the operator documents.
    func check(_ operands: [TensorType]) throws(ConstraintViolation)

    /// Emits the operators that it stands for, and returns its results.
    ///
    /// - Precondition: the operands passed `check`.
    func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID]
}

/// What a composition is emitted with.
public struct Composer {
    public var editor: GraphEditor
    /// The names of what is emitted begin with it.
    let stem: String
    /// Calls that the graph may have in the end.
    private let callLimit: Int

    /// Calls that an operator stands for at most. Whoever asks for its types makes all of them.
    private static let ownCallLimit = 1 << 10
    /// Elements of a constant.
    private static let constantLimit = 1 << 22

    public init(_ editor: GraphEditor, stem: String) {
        self.editor = editor
        self.stem = stem
        callLimit = editor.graph.nodes.count + Self.ownCallLimit
    }

    /// The type of a value.
    public func type(of value: ValueID) -> TensorType { editor.graph[value].type }

    /// Gives a value that was emitted another name.
    package mutating func rename(_ value: ValueID, to name: String) throws(GraphError) {
        try editor.rename(value, to: name)
    }

    /// Emits a call with one result.
    public mutating func emit(_ operation: any Operator, _ operands: ValueID...) throws(GraphError) -> ValueID {
        try emit(operation, operands)
    }

    /// Emits a call with one result.
    public mutating func emit(_ operation: any Operator, _ operands: [ValueID]) throws(GraphError) -> ValueID {
        try checkCount()
        return try editor.emit(operation, operands, named: "\(stem).\(operation.name)")
    }

    /// Emits a call with several results.
    public mutating func emitAll(_ operation: any Operator, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        try checkCount()
        return try editor.apply(operation, to: operands, names: [editor.nextName("\(stem).\(operation.name)")])
    }

    private func checkCount() throws(GraphError) {
        guard editor.graph.nodes.count < callLimit else {
            throw GraphError(
                place: stem, message: "\(stem) stands for more than \(Self.ownCallLimit) operators",
                remedy: "give it a smaller window")
        }
    }

    /// Emits a formula of the elements of values, whose shapes are broadcast.
    public mutating func emit(_ formula: Expression, _ operands: ValueID...) throws(GraphError) -> ValueID {
        try emit(Elementwise(formula), operands)
    }

    /// To be asked before the elements of a constant are computed whose number hangs on a shape.
    func checkConstant(count: Int) throws(GraphError) {
        guard count <= Self.constantLimit else {
            throw GraphError(
                place: stem, message: "\(stem) needs a constant of \(count) elements, more than \(Self.constantLimit)",
                remedy: "make the dimension smaller")
        }
    }

    /// Adds a constant.
    public mutating func constant(
        _ suffix: String, _ type: TensorType, _ elements: Elements
    ) throws(GraphError) -> ValueID {
        try editor.addConstant(editor.nextName("\(stem).\(suffix)"), type, elements: elements)
    }
}

extension CompositeOperator {
    public var asComposite: (any CompositeOperator)? { self }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try check(operands)
        return try inferComposition(withParameters(operands))
    }

    /// The operands with the last of the implicit parameters, as many as there is room for.
    private func withParameters(_ operands: [TensorType]) -> [TensorType] {
        let parameters = implicitParameters(operands).map(\.type)
        for first in parameters.indices {
            let whole = operands + parameters[first...]
            if (try? check(whole)) != nil { return whole }
        }
        return operands
    }

    private func inferComposition(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        do throws(GraphError) {
            let (graph, results) = try composition(of: operands)
            return results.map { InferredType(graph[$0].type, derivations: graph[$0].derivations) }
        } catch {
            throw ConstraintViolation("C1", error.message, remedy: error.remedy)
        }
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        guard let (graph, values) = try? composition(of: types) else {
            preconditionFailure("\(name) can't be composed of \(types)")
        }
        let bindings = Dictionary(uniqueKeysWithValues: zip(graph.inputs.map { graph[$0].name }, operands))
        let computed = ReferenceInterpreter(graph, context: context).run(bindings, batch: 1)
        return values.map { computed[$0.index] }
    }

    /// What it stands for, as a graph whose inputs are the operands; nil where these break a rule, or it were too large.
    package func composition(_ operands: [TensorType]) -> Graph? {
        guard (try? check(operands)) != nil else { return nil }
        return try? composition(of: withParameters(operands)).0
    }

    /// Whether all of the composition does. What is made of all samples may only be a result.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        guard let (graph, _) = try? composition(of: operands) else { return false }
        var mixed: Set<ValueID> = []
        for node in graph.nodes {
            let types = node.operands.map { graph[$0].type }
            guard node.operation.keepsSamplesApart(types), mixed.isDisjoint(with: node.operands) else { return false }
            guard types.contains(where: \.isBatched) else { continue }
            mixed.formUnion(node.results.filter { !graph[$0].type.isBatched })
        }
        return true
    }

    /// Differentiates the composition.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        let first = context.editor.graph.nodes.count
        var composer = Composer(
            context.editor, stem: context.editor.graph[context.node.results[0]].name)
        let results = try compose(&composer, context.node.operands)
        context.editor = composer.editor
        var gradients: [ValueID: ValueID] = [:]
        for (result, gradient) in zip(results, context.resultGradients) { gradients[result] = gradient }
        let wanted = zip(context.node.operands, context.needed).filter(\.1).map(\.0)
        try context.editor.differentiate(
            nodes: first..<context.editor.graph.nodes.count, gradients: &gradients, wanted: Set(wanted))
        return zip(context.node.operands, context.needed).map { $1 ? gradients[$0] : nil }
    }

    /// The composition as a graph of its own, whose inputs are the operands, and its results.
    private func composition(of operands: [TensorType]) throws(GraphError) -> (Graph, [ValueID]) {
        var composer = Composer(GraphEditor(name: name), stem: name)
        var inputs: [ValueID] = []
        for (index, type) in operands.enumerated() {
            inputs.append(try composer.editor.addInput("operand\(index)", type))
        }
        let results = try compose(&composer, inputs)
        return (composer.editor.graph, results)
    }
}
