import ApusGraph
import Testing

/// Names that are not made of letters alone stand in quotes.
struct NameTests {
    @Test func anyNameIsReadBack() throws {
        for name in ["/layer/MatMul:0", "a b", "é", "\"", "\\", "tab\there", "line\nend", "1st", "\u{7}", "input"] {
            var editor = GraphEditor(name: name)
            let x = try editor.addInput(name, TensorType(.f32, [.symbol("batch size"), 4]))
            editor.addOutput(try editor.apply(Relu(), to: [x], names: ["\(name)!"])[0])
            let graph = editor.graph.compacted()
            #expect(try Graph.parse(graph.text) == graph, "\(graph.text)")
        }
    }

    @Test func wordsOfLettersNeedNoQuotes() throws {
        let graph = try Graph.parse("model \"m\"\ninput \"x.1\": f32[N, 4]\noutput y = relu(\"x.1\")\n")
        #expect(graph.text == "model m\n\ninput x.1: f32[N, 4]\n\noutput y: f32[N, 4] = relu(x.1)\n")
    }

    @Test func symbolsAreSetLikeSettings() throws {
        let source = "model m\ninput x: f32[N, T, 2*T + 1]\noutput y: f32[N, T, 2*T + 1] = relu(x)\n"
        #expect(try Graph.parse(source).values[1].type == TensorType(.f32, ["N", "T", .symbol("T") * 2 + 1]))
        let set = try Graph.parse(source, settings: ["T": 100])
        #expect(set.values.map(\.type) == Array(repeating: TensorType(.f32, ["N", 100, 201]), count: 2))
    }

    @Test func constantsHoldTheLargestIntegers() throws {
        let source = """
            model m
            constant c: i64[3] = [9223372036854775807, -9223372036854775808, 0]
            constant flags: bool[2] = [true, false]
            output c, flags
            """
        let graph = try Graph.parse(source)
        #expect(graph.constants.map(\.elements) == [.integers([Int.max, Int.min, 0]), .integers([1, 0])])
        #expect(try Graph.parse(graph.text) == graph)
        #expect {
            try Graph.parse("model m\nconstant c: i8[1] = [200]\noutput c\n")
        } throws: { "\($0)".contains("200 is no i8") }
    }
}
