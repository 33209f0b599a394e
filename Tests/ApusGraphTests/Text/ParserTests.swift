import ApusGraph
import Testing

@Suite struct ParserTests {
    @Test func theMNISTNetworkHasItsShapes() throws {
        let graph = try Graph.parse(Repository.spec("mnist-cnn"))
        #expect(graph.name == "mnist_cnn")
        func type(_ name: String) throws -> String { "\(graph[try #require(graph.value(named: name))].type)" }
        #expect(try type("image") == "f32[N, 1, 28, 28]")
        #expect(try type("pool1") == "f32[N, 16, 14, 14]")
        #expect(try type("pool2") == "f32[N, 32, 7, 7]")
        #expect(try type("pool3") == "f32[N, 32, 3, 3]")
        #expect(try type("flat") == "f32[N, 288]")
        #expect(try type("probabilities") == "f32[N, 10]")
        #expect(graph.outputs == [try #require(graph.value(named: "probabilities"))])
        #expect(graph.parameters.isEmpty)
    }

    @Test func theSmallNetworkFlattensTo72() throws {
        let graph = try Graph.parse(Repository.spec("mnist-cnn-small"))
        #expect(graph[try #require(graph.value(named: "flat"))].type == TensorType(.f32, ["N", 72]))
    }

    @Test func settingsAreOverridden() throws {
        let source = try Repository.spec("mnist-cnn")
        let graph = try Graph.parse(source, settings: ["image_size": 32, "channels": 3, "classes": 100])
        #expect(graph[graph.inputs[0]].type == TensorType(.f32, ["N", 3, 32, 32]))
        #expect(graph[graph.outputs[0]].type == TensorType(.f32, ["N", 100]))
    }

    @Test func settingsAreListedWithTheirDefaults() throws {
        let settings = try Settings.names(in: Repository.spec("mnist-cnn"))
        #expect(settings.map(\.name) == ["image_size", "channels", "classes"])
        #expect(settings.map(\.defaultValue) == [28, 1, 10])
    }

    @Test func settingsAreArithmetic() throws {
        let source = """
            model m
            setting width = 4
            setting wide = (width + 2) * -3 / -2 - 1    # 8
            input x: f32[N, wide, width * 2]
            output y: f32[N, 2 * wide * (width + 1 - 1)] = flatten(x)
            """
        #expect(try Graph.parse(source).text.contains("input x: f32[N, 8, 8]"))
        #expect(try Graph.parse(source, settings: ["wide": 20, "width": 2]).text.contains("y: f32[N, 80]"))
    }

    @Test func callsWithinCallsGetNames() throws {
        let source = """
            model m
            input x: f32[N, 4]
            output y = relu(relu(relu(x)))
            """
        #expect(
            try Graph.parse(source).text == """
                model m

                input x: f32[N, 4]

                y.relu: f32[N, 4] = relu(x)
                y.relu.2: f32[N, 4] = relu(y.relu)
                output y: f32[N, 4] = relu(y.relu.2)

                """)
    }

    @Test func keywordsAreNamesWhereverNoLineStartsWithThem() throws {
        let source = """
            model model
            input input: f32[N, 4]
            output: f32[N, 4] = relu(input)
            setting = relu(output)
            output parameter = relu(setting)
            """
        let graph = try Graph.parse(source)
        #expect(graph.values.map(\.name) == ["input", "output", "setting", "parameter"])
        #expect(try Graph.parse(graph.text) == graph)
    }

    @Test func aLineGoesOnWithinBrackets() throws {
        let source = """
            model m
            constant c: f32[2, 2] = [
                1, 2,    # first row
                -3, 4.5
            ]
            input x: f32[N, 4]
            output y = dense(
                x,
                units: 3
            )
            """
        let graph = try Graph.parse(source)
        #expect(graph.constants[0].elements == .numbers([1, 2, -3, 4.5]))
    }

    @Test func windowsLineEndsAndTabsAreFine() throws {
        let graph = try Graph.parse("model m\r\n\tinput x: f32[N, 4]\r\noutput x\r\n")
        #expect(graph.outputs == graph.inputs)
    }

    @Test func somebodyElsesNamesAreRecognized() {
        for name in ["a", "_", "conv1.weight.2", "A_9.b"] { #expect(isLanguageName(name), "\(name)") }
        for name in ["", ".", "a.", "9a", "a b", "a..b", "é", "a\n", "#a"] { #expect(!isLanguageName(name), "\(name)") }
    }
}
