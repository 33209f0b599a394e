import ApusGraph
import Testing

@testable import ApusCompiler

/// In which layout values are made.
@Suite("Layouts")
struct LayoutTests {
    private func layouts(_ spec: String) throws -> (graph: Graph, context: LoweringContext, layouts: LayoutChoice) {
        let graph = try Pipeline([ExplicitParameters()]).run(Model(graph: try Graph.parse(spec))).graph
        let context = LoweringContext(graph, lanes: 8, permitted: .direct)
        var layouts = LayoutChoice(context)
        let candidates = try context.chooseCandidates(layouts)
        layouts.demandBorders(of: candidates, UnstoredGradients(context, candidates))
        return (graph, context, layouts)
    }

    @Test func convolutionsMakeBlocksAndElementwiseOperatorsKeepThem() throws {
        let (graph, _, layouts) = try layouts(
            """
            model net
            input image: f32[N, 3, 8, 8]
            plain = relu(image)
            conv = conv2d(image, filters: 8, kernel: [3, 3])
            act = sigmoid(conv)
            wide = conv2d(act, filters: 8, kernel: [3, 3], padding: 1)
            flat = flatten(wide)
            output y = dense(flat, units: 2)
            output z = flatten(plain)
            """)
        func isBlocked(_ name: String) throws -> Bool { layouts.isBlocked(try #require(graph.value(named: name))) }
        #expect(try !isBlocked("image"))
        #expect(try !isBlocked("plain"))
        #expect(try isBlocked("conv"))
        #expect(try isBlocked("act"))
        #expect(try isBlocked("wide"))
        #expect(try !isBlocked("flat"))
        #expect(try !isBlocked("y"))
        // The border that the padded convolution reads reaches through the group, to what its operand is made of.
        let conv = try #require(graph.value(named: "conv"))
        #expect(layouts.border(of: conv) == Border(top: 1, left: 1, bottom: 1, right: 1))
    }

    @Test func depthwiseLayersBetweenPlainImagesStayPlain() throws {
        let (graph, _, layouts) = try layouts(
            """
            model net
            input image: f32[N, 16, 8, 8]
            depth = conv2d(image, filters: 16, kernel: [3, 3], padding: 1, groups: 16)
            flat = flatten(depth)
            output y = dense(flat, units: 2)
            """)
        #expect(!layouts.isBlocked(try #require(graph.value(named: "depth"))))
    }

    @Test func sumsOverSamplesAreNotDynamic() throws {
        let spec = """
            model net
            input x: f32[N, 4]
            output y = dense(x, units: 3)
            """
        let graph = try Pipeline.training().run(Model(graph: try Graph.parse(spec))).graph
        let samples = SampleShapes(graph)
        #expect(samples.isCut)
        for (name, isDynamic) in [("x", true), ("labels", true), ("y", true), ("y.weight", false), ("loss", false)] {
            #expect(samples.isDynamic(try #require(graph.value(named: name))) == isDynamic, "\(name)")
        }
        for gradient in graph.gradients { #expect(!samples.isDynamic(gradient.value)) }
    }

    @Test func aGraphWithoutABatchIsOneSample() throws {
        var editor = GraphEditor(name: "net")
        let image = try editor.addInput("image", TensorType(.f32, [3, 2, 4, 5]))
        let act = try editor.apply(Relu(), to: [image], names: ["act"])[0]
        editor.addOutput(act)
        let samples = SampleShapes(editor.graph)
        #expect(!samples.isCut)
        #expect(samples.isDynamic(act))
        #expect(samples.shape(act) == [3, 2, 4, 5])
        #expect(samples.imageCount(act) == 3)
    }

    /// Only the batch may stay a symbol.
    @Test(arguments: [["N", "T"], ["N", 3, 2 * Dimension.symbol("T")]] as [[Dimension]])
    func inputsWhoseSizeIsNotKnownAreRefused(shape: [Dimension]) throws {
        var editor = GraphEditor(name: "net")
        let input = try editor.addInput("x", TensorType(.f32, shape))
        editor.addOutput(try editor.apply(Relu(), to: [input], names: ["y"])[0])
        let model = Model(graph: editor.graph)
        let type = model.graph[input].type.description
        #expect(throws: CompileError.lowering(.unknownExtent(value: "x", type: type))) {
            try Compiler.inferencePlan(model, target: .avx2)
        }
    }
}
