import ApusText

/// Makes a graph in code, as a spec makes it in text:
///
///     let graph = try GraphBuilder.build("mlp") { net in
///         let image = net.input("image", ["N", 1, 28, 28])
///         let hidden = net.relu(net.dense(net.flatten(image), units: 128))
///         net.output(net.softmax(net.dense(hidden, units: 10)), named: "probabilities")
///     }
///
/// The first thing that is wrong ends the work: what follows does nothing, and `build` throws it. A result that is not
/// named has its operator's name, and where that is taken a number after it.
public struct GraphBuilder {
    private var editor: GraphEditor
    private var failure: GraphError?

    private init(name: String) { editor = GraphEditor(name: name) }

    /// The graph that `body` makes, compacted.
    public static func build(_ name: String, _ body: (inout GraphBuilder) -> Void) throws(GraphError) -> Graph {
        var builder = GraphBuilder(name: name)
        builder.checkName(name)
        body(&builder)
        if let failure = builder.failure { throw failure }
        guard !builder.editor.graph.outputs.isEmpty else {
            throw GraphError(
                place: name, message: "nothing of the model is an output",
                remedy: "call output with the value that is the result")
        }
        return builder.editor.graph.compacted()
    }

    // MARK: Values

    /// Declares an input. Its first dimension may be a symbol, the batch: `["N", 1, 28, 28]`.
    public mutating func input(
        _ name: String, _ dimensions: [Dimension], elementType: ElementType = .f32
    ) -> ValueID {
        attempt(named: name) { editor throws(GraphError) in
            try editor.addInput(name, TensorType(elementType, dimensions))
        }
    }

    /// Declares a parameter that operators can share or that replaces their own.
    public mutating func parameter(
        _ name: String, _ dimensions: [Dimension], role: Parameter.Role = .trained, isFixed: Bool = false,
        initializer: Initializer
    ) -> ValueID {
        attempt(named: name) { editor throws(GraphError) in
            try editor.addParameter(
                name, TensorType(.f32, dimensions), role: role, isFixed: isFixed, initializer: initializer)
        }
    }

    /// A value that is known now, its elements in row-major order.
    public mutating func constant(_ name: String, _ dimensions: [Dimension], _ elements: [Double]) -> ValueID {
        attempt(named: name) { editor throws(GraphError) in
            try editor.addConstant(name, TensorType(.f32, dimensions), elements: elements)
        }
    }

    /// Makes a value an output, and names it where a name is given.
    public mutating func output(_ value: ValueID, named name: String? = nil) {
        guard failure == nil else { return }
        if let name {
            checkName(name)
            attempt { editor throws(GraphError) in try editor.rename(value, to: name) }
        }
        editor.addOutput(value)
    }

    /// The type that was derived for a value.
    ///
    /// After an error it is a scalar's.
    public func type(of value: ValueID) -> TensorType {
        failure == nil ? editor.graph[value].type : TensorType(.f32, [])
    }

    // MARK: Calls

    /// Calls any operator. The first result is returned; ``GraphBuilder`` has a method for each operator that people use.
    public mutating func call(_ operation: any Operator, _ operands: ValueID..., name: String? = nil) -> ValueID {
        call(operation, operands, name)
    }

    /// Calls an operator after its attributes went through the checks that those of a spec go through.
    mutating func call(_ operation: any Operator, _ operands: [ValueID], _ name: String?) -> ValueID {
        callAll(operation, operands, count: 1, name.map { [$0] } ?? [])[0]
    }

    /// As ``call(_:_:_:)``, with all of its `count` results. Those without a name have the operator's.
    mutating func callAll(
        _ operation: any Operator, _ operands: [ValueID], count: Int, _ names: [String]
    ) -> [ValueID] {
        let names = names.isEmpty ? [editor.freshName(operation.name)] : names
        for name in names { checkName(name) }
        var results = Array(repeating: ValueID(0), count: Swift.max(count, 1))
        attempt { editor throws(GraphError) in
            do throws(AttributeError) {
                _ = try makeOperator(Swift.type(of: operation), operation.attributes)
            } catch {
                throw GraphError(place: names[0], message: error.message, remedy: error.remedy)
            }
            results = try editor.apply(operation, to: operands, names: names)
        }
        return results
    }

    private mutating func checkName(_ name: String) {
        guard failure == nil, !isLanguageName(name) else { return }
        failure = GraphError(
            place: printable(name), message: "'\(printable(name))' is not a name",
            remedy: "use letters, digits and underscores, in parts joined by dots, a letter or an underscore first")
    }

    private mutating func attempt(
        named name: String, _ body: (inout GraphEditor) throws(GraphError) -> ValueID
    ) -> ValueID {
        checkName(name)
        var result = ValueID(0)
        attempt { editor throws(GraphError) in result = try body(&editor) }
        return result
    }

    private mutating func attempt(_ body: (inout GraphEditor) throws(GraphError) -> Void) {
        guard failure == nil else { return }
        do throws(GraphError) {
            try body(&editor)
        } catch {
            failure = error
        }
    }
}
