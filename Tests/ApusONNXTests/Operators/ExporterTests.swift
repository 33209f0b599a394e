import ApusGraph
import ApusONNX
import ONNXTestSupport
import ONNXSchema
import Testing

/// Forms in which exporters write what other tools write plainly.
@Suite struct ExporterTests {
    /// 1e-12, the default of BERT and ViT, is 9.99999996e-13 in single precision.
    @Test(arguments: [1e-12 as Float, 1e-20, 1.1754944e-37]) func epsilonsMayBeSmall(_ epsilon: Float) throws {
        let node = NodeProto("LayerNormalization", ["x", "s"], ["y"], [.float("epsilon", epsilon)])
        let scale = TensorProto("s", [4], floats: [1, 1, 1, 1])
        let model = try ModelProto([node], inputs: [.tensor("x", ["N", 4])], initializers: [scale]).imported()
        #expect(try Graph.parse(model.graph.text) == model.graph)
        #expect(
            try model.answers(["x": [-3, 1, -1, 3]])["y"]?.map { ($0 * 5.0.squareRoot()).rounded() } == [-3, 1, -1, 3])
        #expect(try model.answers(["x": [2, 2, 2, 2]])["y"] == [0, 0, 0, 0])
    }
}
