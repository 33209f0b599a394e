import ApusCompiler
import ApusGraph
import Testing

/// The specs say what the papers say: parameters and multiply-adds at full width.
@Suite struct ModelSizeTests {
    /// Multiply-adds are those of convolutions and dense layers, for one sample. ResNet-18 and MobileNetV2 are known by these
    /// figures: 11.7 million and 1.8 billion, 3.5 million and 300 million (Sandler et al., 2018, table 4). Those of the others were
    /// counted in PyTorch's modules.
    @Test(arguments: [
        ("resnet18", 11_689_512, 1_814_073_344), ("mobilenet-v2", 3_504_872, 300_774_272),
        ("unet", 31_030_658, 12_024_020_992), ("mlp-regression", 4_929, 4_800),
    ])
    func sizesAreThoseOfThePapers(name: String, parameters: Int, multiplyAdds: Int) throws {
        let graph = try Pipeline([ExplicitParameters(), ExpandCompositions()])
            .run(Model(graph: Graph.parse(PeerFixture.spec(name)))).graph
        let trained = graph.parameters.filter { $0.role != .statistic }
        #expect(trained.reduce(0) { $0 + (graph[$1.value].type.sampleElements ?? 0) } == parameters)
        #expect(graph.nodes.reduce(0) { $0 + graph.multiplyAdds(of: $1) } == multiplyAdds)
    }

    /// Each of the transformer's four blocks multiplies 128 rows by four matrices of 128 × 128 and two of 128 × 512, and its heads
    /// 128 queries by as many keys and values; the last layer multiplies the rows by 128 × 128.
    @Test(arguments: [false, true]) func workOfRows(isExpanded: Bool) throws {
        var model = try ExplicitParameters().apply(to: Model(graph: Graph.parse(PeerFixture.spec("char-transformer"))))
        if isExpanded { model = try ExpandCompositions().apply(to: model) }
        let block = 128 * (4 * 128 * 128 + 2 * 128 * 512) + 2 * 128 * 128 * 128
        let found = model.graph.nodes.reduce(0) { $0 + model.graph.multiplyAdds(of: $1) }
        #expect(found == 4 * block + 128 * 128 * 128)
    }

    /// The transformer: two tables, and for each of four blocks two norms, four projections and two layers, and a last norm. The LSTM:
    /// a table, `4 · units · (inputs + units + 1)` for each layer, and a dense layer.
    @Test(arguments: [("char-transformer", 826_112), ("char-lstm", 255_104), ("video-cnn", 83_672)])
    func parametersOfTheSequences(name: String, parameters: Int) throws {
        let graph = try ExplicitParameters().apply(to: Model(graph: Graph.parse(PeerFixture.spec(name)))).graph
        #expect(graph.parameters.reduce(0) { $0 + (graph[$1.value].type.sampleElements ?? 0) } == parameters)
    }
}
