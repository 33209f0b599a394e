import ApusGraph
import OperatorCases
import Testing

/// Networks of sequences, written in the language.
struct TransformerTests {
    /// A block as of GPT-2: normalization before attention and before the layers of each token.
    private static let source = """
        model transformer
        input tokens: i32[N, 4]
        constant places: i32[4] = [0, 1, 2, 3]
        embedded = embedding(tokens, entries: 11, width: 6)
        positions = embedding(places, entries: 4, width: 6)
        x = add(embedded, positions)
        norm1 = layer_norm(x)
        query = linear(norm1, units: 6)
        key = linear(norm1, units: 6)
        value = linear(norm1, units: 6)
        mixed = attention(query, key, value, heads: 2, causal: true)
        x1 = add(x, linear(mixed, units: 6))
        wide = gelu(linear(layer_norm(x1), units: 12))
        x2 = add(x1, linear(wide, units: 6))
        logits = linear(layer_norm(x2), units: 11, bias: false)
        output mean = reduce_mean(logits)
        """

    @Test func aBlockHasItsTypes() throws {
        let graph = try Graph.parse(Self.source)
        func type(_ name: String) throws -> TensorType { graph[try #require(graph.value(named: name))].type }
        #expect(try type("x") == TensorType(.f32, ["N", 4, 6]))
        #expect(try type("x2") == type("x"))
        #expect(try type("wide") == TensorType(.f32, ["N", 4, 12]))
        #expect(try type("logits") == TensorType(.f32, ["N", 4, 11]))
        #expect(try Graph.parse(graph.text) == graph)
    }

    @Test func recurrentLayersHaveTheirResults() throws {
        let graph = try Graph.parse(
            """
            model recurrent
            input x: f32[N, 7, 5]
            input lengths: i32[N]
            y, h, c = lstm(x, lengths, hidden: 3, direction: bidirectional)
            z, state = gru(y, hidden: 4)
            output last: f32[N, 7, 4] = rnn(z, hidden: 4, activation: relu)
            """)
        func type(_ name: String) throws -> TensorType { graph[try #require(graph.value(named: name))].type }
        #expect(try type("y") == TensorType(.f32, ["N", 7, 6]))
        #expect(try type("c") == TensorType(.f32, ["N", 2, 3]))
        #expect(try type("state") == TensorType(.f32, ["N", 1, 4]))
    }

    /// The mean's gradient for every parameter, against central differences of the whole network.
    @Test func aBlockIsDifferentiated() throws {
        var editor = try Self.withParameters(try Graph.parse(Self.source))
        let (nodes, mean) = (editor.graph.nodes.count, editor.graph.outputs[0])
        let one = try editor.addConstant("one", editor.graph[mean].type, elements: [1])
        let parameters = editor.graph.parameters.map(\.value)
        var gradients = [mean: one]
        try editor.differentiate(nodes: 0..<nodes, gradients: &gradients, wanted: Set(parameters))

        var random = SeededRandom(seed: 5)
        let interpreter = ReferenceInterpreter(editor.graph)
        var bindings = ["tokens": Tensor(.i32, shape: [2, 4], integers: [3, 1, 4, 1, 5, 9, 2, 6])]
        for id in parameters {
            bindings[editor.graph[id].name] = Draw.spread.tensor(editor.graph[id].type.shape(batch: 2), &random)
        }
        let values = interpreter.run(bindings, batch: 2)
        var different = 0
        for id in parameters {
            let gradient = values[try #require(gradients[id], "\(editor.graph[id].name)").index]
            let name = editor.graph[id].name
            let parameter = try #require(bindings[name])
            let element = random.integer(0...parameter.count - 1)
            func objective(_ change: Double) -> Double {
                var moved = bindings
                var elements = parameter.elements
                elements[element] += change
                moved[name] = Tensor(shape: parameter.shape, elements: elements)
                return interpreter.run(moved, batch: 2)[mean.index].elements[0]
            }
            let expected = (objective(1e-5) - objective(-1e-5)) / 2e-5
            #expect(abs(gradient.elements[element] - expected) < 1e-8, "\(name), element \(element)")
            if expected != 0 { different += 1 }
        }
        #expect(parameters.count == 21 && different > 15)
    }

    /// The graph with the parameters that its operators bring.
    private static func withParameters(_ graph: Graph) throws -> GraphEditor {
        var editor = GraphEditor(name: graph.name)
        var values: [ValueID: ValueID] = [:]
        for input in graph.inputs { values[input] = try editor.addInput(graph[input].name, graph[input].type) }
        for constant in graph.constants {
            let value = graph[constant.value]
            values[constant.value] = try editor.addConstant(value.name, value.type, elements: constant.elements)
        }
        for node in graph.nodes {
            let names = node.results.map { graph[$0].name }
            var operands = node.operands.compactMap { values[$0] }
            for parameter in node.operation.implicitParameters(operands.map { editor.graph[$0].type }) {
                operands.append(
                    try editor.addParameter(
                        "\(names[0]).\(parameter.suffix)", parameter.type, initializer: parameter.initializer))
            }
            for (result, made) in zip(node.results, try editor.apply(node.operation, to: operands, names: names)) {
                values[result] = made
            }
        }
        for output in graph.outputs { editor.addOutput(try #require(values[output])) }
        return editor
    }
}
