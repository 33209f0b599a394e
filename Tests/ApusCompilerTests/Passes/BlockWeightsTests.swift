import ApusGraph
import Testing

@testable import ApusCompiler

@Suite struct BlockWeightsTests {
    /// Two outputs of 40 inputs.
    private let header = """
        model m
        input x: f32[N, 40]
        constant w: i8[2, 40] = \((0..<80).map { $0 - 40 })
        constant t: i8[40, 2] = \((0..<80).map { ($0 % 2) * 40 + $0 / 2 - 40 })
        constant all: f32[] = [0.5]
        constant each: f32[2] = [0.5, 0.25]
        constant blocks: f32[2, 2] = [1, 2, 3, 4]
        constant turned: f32[2, 2] = [1, 3, 2, 4]
        constant small: f32[2, 5] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
        parameter b: f32[2] = constant(0)

        """

    /// The graph after the passes, without what nobody reads.
    private func recognized(_ lines: String) throws -> Graph {
        let model = Model(graph: try Graph.parse(header + lines))
        return try Pipeline([RecognizeDense(), RecognizeQuantized(), RecognizeBlockWeights(), RemoveDeadCode()])
            .run(model, verify: true).graph
    }

    private func expect(
        _ lines: String, toHave expected: String..., sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let text = try recognized(lines).text
        for line in expected { #expect(text.contains(line), "\(text)", sourceLocation: sourceLocation) }
        #expect(!text.contains("_linear("), "\(text)", sourceLocation: sourceLocation)
    }

    @Test func weightsWithScalesOfBlocksAreReadAsTheyAre() throws {
        try expect(
            "d = dequantize_linear(w, blocks, block: 32)\noutput y = dense(x, d, b, units: 2)",
            toHave: "output y: f32[N, 2] = block_dense(x, w, blocks, b, units: 2)")
        try expect(
            "d = dequantize_linear(w, blocks, axis: -1, block: 32)\noutput y = dense(x, d, units: 2, bias: false)",
            toHave: "output y: f32[N, 2] = block_dense(x, w, blocks, units: 2, bias: false)")
    }

    @Test func oneScaleIsThatOfABlockOfAllInputs() throws {
        try expect(
            "d = dequantize_linear(w, all)\noutput y = dense(x, d, b, units: 2)",
            toHave: "constant y.scales: f32[2, 1] = [0.5, 0.5]",
            "= block_dense(x, w, y.scales, b, units: 2, block: 40)")
        try expect(
            "d = dequantize_linear(w, each, axis: 0)\noutput y = dense(x, d, b, units: 2)",
            toHave: "constant y.scales: f32[2, 1] = [0.5, 0.25]",
            "= block_dense(x, w, y.scales, b, units: 2, block: 40)")
    }

    /// As exporters write dense layers: a product with a matrix that has a column for each output.
    @Test func matricesOfColumnsAreTurned() throws {
        let graph = try recognized(
            """
            d = dequantize_linear(t, turned, axis: 0, block: 32)
            p = matmul(x, d)
            output y = add(p, b)
            """)
        let call = try #require(graph.nodes.first { $0.operation is BlockDense })
        #expect(graph.nodes.count == 1 && graph[call.results[0]].name == "y", "\(graph)")
        let elements = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.value, $0.elements) })
        #expect(elements[call.operands[1]]?.whole == (0..<80).map { $0 - 40 })
        #expect(elements[call.operands[2]]?.doubles == [1, 2, 3, 4])
        try expect(
            "d = dequantize_linear(t, each)\noutput y = matmul(x, d)",
            toHave: "constant y.scales: f32[2, 1] = [0.5, 0.25]", "units: 2, bias: false, block: 40)")
    }

    @Test func rowsOfAnyRankAreRead() throws {
        let graph = try recognized(
            """
            input z: f32[N, 3, 40]
            d = dequantize_linear(w, blocks, block: 32)
            output y = linear(z, d, b, units: 2)
            """)
        #expect(graph.nodes.map(\.operation.name) == ["reshape", "block_dense", "reshape"], "\(graph)")
    }

    /// A zero that is not 0, blocks that are no whole ones, scales along the wrong axis, and weights that are no constants.
    @Test func otherWeightsStayNumbers() throws {
        for lines in [
            "constant o: i8[] = [1]\nd = dequantize_linear(w, all, o)",
            "d = dequantize_linear(w, small, block: 8)",
            "constant c: f32[40] = \(Array(repeating: 1, count: 40))\nd = dequantize_linear(w, c)",
            "constant c: f32[1, 40] = \(Array(repeating: 1, count: 40))\nd = dequantize_linear(w, c, axis: 0, block: 2)",
            "input v: i8[2, 40]\nd = dequantize_linear(v, all)",
        ] {
            let graph = try recognized("\(lines)\noutput y = dense(x, d, b, units: 2)")
            #expect(!graph.nodes.contains { $0.operation is BlockDense }, "\(graph)")
        }
    }

    /// Where inputs are codes too, sums are of integers; blocks of weights can't be.
    @Test func layersOnCodesAreOthers() throws {
        let codes = """
            constant zero: u8[] = [3]
            q = quantize_linear(x, all, zero)
            c = dequantize_linear(q, all, zero)

            """
        let whole = try recognized(
            codes + "d = dequantize_linear(w, each, axis: 0)\noutput y = dense(c, d, units: 2, bias: false)")
        #expect(whole.nodes.contains { $0.operation is QuantizedConvolution2D }, "\(whole)")
        let blocks = try recognized(
            codes + "d = dequantize_linear(w, blocks, block: 32)\noutput y = dense(c, d, units: 2, bias: false)")
        #expect(blocks.nodes.map(\.operation.name) == ["quantize", "dequantize", "block_dense"], "\(blocks)")
    }

    @Test func aRectifierIsTakenIn() throws {
        let model = Model(
            graph: try Graph.parse(
                header + """
                    d = dequantize_linear(w, blocks, block: 32)
                    y = dense(x, d, units: 2, bias: false)
                    output r = relu(y)
                    """))
        let graph = try Pipeline.inference().run(model, verify: true).graph
        #expect(
            graph.text.contains(
                "output r: f32[N, 2] = block_dense(x, w, blocks, units: 2, bias: false, activation: relu)"), "\(graph)")
        #expect(graph.nodes.count == 1)
    }

    /// Few weights are unpacked when the plan is made; many rows share numbers of f32.
    @Test func theFasterWayIsTaken() throws {
        func names(_ inputs: Int, _ units: Int, rows: Dimension = "N") throws -> [String] {
            var editor = GraphEditor(name: "m")
            let x = try editor.addInput("x", TensorType(.f32, [rows, .fixed(inputs)]))
            let codes = try editor.addConstant(
                "w", TensorType(.i8, shape: [units, inputs]),
                elements: .integers(Array(repeating: 1, count: units * inputs)))
            let blocks = (inputs + 31) / 32
            let scales = try editor.addConstant(
                "s", TensorType(.f32, shape: [units, blocks]),
                elements: .numbers(Array(repeating: 1, count: units * blocks)))
            let y = try editor.apply(
                BlockDense(units: units, bias: false), to: [x, codes, scales], names: ["y"])
            editor.addOutput(y[0])
            let context = LoweringContext(editor.graph, lanes: 16, permitted: .exact)
            let site = try #require(context.sites.first)
            let candidates = site.rule.candidates(site, LayoutChoice(context))
            return [try #require(candidates.cheapest).name] + candidates.map(\.name)
        }
        #expect(try names(784, 128) == ["codes", "codes", "numbers"])
        #expect(try names(128, 10) == ["numbers", "codes", "numbers"])
        let product = "product of numbers"
        #expect(try names(1024, 1024, rows: .fixed(512) * "N") == [product, "codes", product])
        // Results of 10 fill no whole vectors, so rows would be written over.
        #expect(try names(1024, 10, rows: .fixed(512) * "N") == [product, product])
    }
}
