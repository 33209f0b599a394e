/// What a gradient rule works with: the call that is differentiated, and the graph to emit into.
public struct GradientContext {
    public var editor: GraphEditor
    public let node: Node
    /// For each result, its gradient; nil where it is zero.
    public let resultGradients: [ValueID?]
    /// For each operand, whether anybody needs its gradient.
    public let needed: [Bool]

    public init(editor: GraphEditor, node: Node, resultGradients: [ValueID?], needed: [Bool]) {
        self.editor = editor
        self.node = node
        self.resultGradients = resultGradients
        self.needed = needed
    }

    /// The type of operand `index`.
    public func operandType(_ index: Int) -> TensorType { editor.graph[node.operands[index]].type }

    /// Emits an operator with one result, named `<operand>.gradient` for the operand it is the gradient of.
    public mutating func emit(
        _ operation: any Operator, _ operands: [ValueID], gradientOf operand: Int
    ) throws(GraphError) -> ValueID {
        try editor.emit(operation, operands, named: "\(editor.graph[node.operands[operand]].name).gradient")
    }

    /// Emits an operator whose results are the gradients of several operands.
    public mutating func emit(
        _ operation: any Operator, _ operands: [ValueID], gradientsOf targets: [Int]
    ) throws(GraphError) -> [ValueID] {
        var names: [String] = []
        // An operand may be there several times.
        for target in targets {
            let stem = "\(editor.graph[node.operands[target]].name).gradient"
            names.append(GraphEditor.freshName(stem) { editor.value(named: $0) != nil || names.contains($0) })
        }
        return try editor.apply(operation, to: operands, names: names)
    }
}
