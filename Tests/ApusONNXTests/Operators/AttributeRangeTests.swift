import ApusGraph
import ApusONNX
import ONNXSchema
import ONNXTestSupport
import Testing

/// Numbers of attributes that a legal file may have, at the ends of what is taken.
@Suite struct AttributeRangeTests {
    private let scale = TensorProto("s", [4], floats: [1, 1, 1, 1])
    private let zeros = TensorProto("b", [4], floats: [0, 0, 0, 0])

    private func imported(_ node: NodeProto, version: Int, _ shape: [ValueInfoProto.Extent] = ["N", 4]) throws -> Model
    {
        let model = try ModelProto(
            [node], inputs: [.tensor("x", shape)], initializers: [scale, zeros], version: version
        ).imported()
        #expect(try Graph.parse(model.graph.text) == model.graph)
        return model
    }

    /// 1e-12, which BERT and ViT have, is a little less in single precision; and a file may have no epsilon at all.
    @Test(arguments: [1e-12 as Float, 1e-20, .leastNormalMagnitude, .leastNonzeroMagnitude, 0, 10])
    func epsilonsMayBeSmall(_ epsilon: Float) throws {
        let attributes: [AttributeProto] = [.float("epsilon", epsilon)]
        let squares = 5 + Double(epsilon)
        let expected = [-3, 1, -1, 3].map { $0 / squares.squareRoot() }
        let calls: [(node: NodeProto, version: Int, isImage: Bool)] = [
            (NodeProto("LayerNormalization", ["x", "s"], ["y"], attributes), 17, false),
            (NodeProto("RMSNormalization", ["x", "s"], ["y"], attributes), 23, false),
            (NodeProto("InstanceNormalization", ["x", "s", "b"], ["y"], attributes), 17, true),
            (
                NodeProto("GroupNormalization", ["x", "s", "b"], ["y"], [.int("num_groups", 4)] + attributes), 21,
                true
            ),
        ]
        for call in calls {
            let model = try imported(call.node, version: call.version, call.isImage ? ["N", 4, 4] : ["N", 4])
            let row: [Double] = [-3, 1, -1, 3]
            let x = call.isImage ? row + row + row + row : row
            let y = try #require(try model.answers(["x": x])["y"])
            for (index, value) in y.enumerated() { #expect(abs(value - expected[index % 4]) < 1e-6) }
            let same = try #require(try model.answers(["x": x.map { _ in 0 }])["y"])
            #expect(same.allSatisfy { $0 == 0 })
        }
    }

    /// A channel that never varied stays what it is without an epsilon.
    @Test func statisticsMayHaveNoEpsilon() throws {
        let node = NodeProto("BatchNormalization", ["x", "s", "b", "b", "s"], ["y"], [.float("epsilon", 0)])
        let model = try imported(node, version: 15)
        #expect(try model.answers(["x": [1, 2, 3, 4]])["y"] == [1, 2, 3, 4])
    }

    @Test(arguments: [-1 as Float, .nan, .infinity]) func otherEpsilonsAreRefused(_ epsilon: Float) throws {
        let node = NodeProto("LayerNormalization", ["x", "s"], ["y"], [.float("epsilon", epsilon)])
        let model = ModelProto([node], initializers: [scale])
        #expect(try reason(of: model).contains("epsilon"))
    }

    @Test func alphasMayBeAny() throws {
        let node = NodeProto("Celu", ["x"], ["y"], [.float("alpha", -2)])
        let y = try #require(try imported(node, version: 12).answers(["x": [1, 0, 2, -2]])["y"])
        for (value, expected) in zip(y, [1, 0, 2, -3.436_563_656_918_09]) { #expect(abs(value - expected) < 1e-9) }
    }

    @Test(arguments: [Int.max, Int.min]) func diagonalsMayLieOutside(_ diagonal: Int) throws {
        let node = NodeProto("EyeLike", ["x"], ["y"], [.int("k", diagonal)])
        let model = ModelProto([node], inputs: [.tensor("x", [2, 2])])
        #expect(try model.imported().answers(["x": [1, 2, 3, 4]])["y"] == [0, 0, 0, 0])
    }
}
