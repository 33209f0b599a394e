import ApusGraph

extension Graph {
    /// The graph with the operators that a composite operator stands for in the place of each that ONNX has no word for.
    func expanded(for table: ExportTable) throws(GraphError) -> Graph {
        var graph = self
        while graph.nodes.contains(where: { graph.composite($0, table) != nil }) {
            graph = try graph.expandedOnce(table)
        }
        return graph
    }

    private func composite(_ node: Node, _ table: ExportTable) -> (any CompositeOperator)? {
        let types = node.operands.map { self[$0].type }
        return table.entry(node.operation, types) == nil ? node.operation.asComposite : nil
    }

    private func expandedOnce(_ table: ExportTable) throws(GraphError) -> Graph {
        var (editor, images) = try leaves()
        for node in nodes {
            let operands = node.operands.compactMap { images[$0] }
            let names = node.results.map { self[$0].name }
            let results: [ValueID]
            if let composite = composite(node, table) {
                var composer = Composer(editor, stem: names[0])
                editor = GraphEditor(name: "")
                results = try composite.compose(&composer, operands)
                for (value, name) in zip(results, names) { try composer.rename(value, to: name) }
                editor = composer.editor
            } else {
                results = try editor.apply(node.operation, to: operands, names: names)
            }
            for (old, new) in zip(node.results, results) { images[old] = new }
        }
        for output in outputs { if let image = images[output] { editor.addOutput(image) } }
        return editor.graph
    }

    /// A graph with the inputs, parameters and constants of this one, and what they are in it.
    private func leaves() throws(GraphError) -> (GraphEditor, [ValueID: ValueID]) {
        var editor = GraphEditor(name: name)
        var images: [ValueID: ValueID] = [:]
        for input in inputs { images[input] = try editor.addInput(self[input].name, self[input].type) }
        for parameter in parameters {
            let value = self[parameter.value]
            images[parameter.value] = try editor.addParameter(
                value.name, value.type, role: parameter.role, initializer: parameter.initializer)
        }
        for constant in constants {
            let value = self[constant.value]
            images[constant.value] = try editor.addConstant(value.name, value.type, elements: constant.elements)
        }
        return (editor, images)
    }
}
