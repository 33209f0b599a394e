import ApusCompiler
import ApusGraph
import ONNXSchema
import SwiftProtobuf
import Testing

@testable import ApusONNX

/// Networks of codes as ONNX files.
@Suite struct QuantizedExportTests {
    private func model(_ lines: String) throws -> Model {
        try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse("model m\n\(lines)"))).initialized(seed: 1)
    }

    @Test func blocksOfCodesAreWrittenAsSuch() throws {
        let export = try ONNXExport(
            model(
                """
                input x: f32[N, 5]
                constant c: i8[3, 5] = \(Array(-7...7))
                constant s: f32[3, 3] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
                w = dequantize_linear(c, s, block: 2)
                output z = dense(x, w, units: 3, bias: false)
                """))
        #expect(export.operatorSet == 21 && export.format == 10)
        let nodes = try ModelProto(serializedBytes: export.bytes).graph.node
        let node = try #require(nodes.first { $0.opType == "DequantizeLinear" })
        #expect(node.input.count == 2)
        #expect(node.attribute.map { "\($0.name) \($0.i)" }.sorted() == ["axis 1", "block_size 2"])
    }

    /// As ONNX Runtime makes kernels of integers of it: zeros are written out, biases are dequantized, and codes are moved.
    @Test func codesStandBesideTheLayersThatReadThem() throws {
        let export = try ONNXExport(
            model(
                """
                input x: f32[N, 1, 4, 4]
                constant xs: f32[] = [0.5]
                constant xz: u8[] = [3]
                constant w: i8[3, 4] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
                constant ws: f32[3] = [1, 2, 3]
                constant b: i32[3] = [7, 8, 9]
                constant bs: f32[3] = [0.5, 1, 1.5]
                q = quantize_linear(x, xs, xz)
                d = dequantize_linear(q, xs, xz)
                pool = max_pool2d(d, window: 2)
                flat = flatten(pool)
                weight = dequantize_linear(w, ws, axis: 0)
                bias = dequantize_linear(b, bs, axis: 0)
                output z = dense(flat, weight, bias, units: 3)
                """))
        let graph = try ModelProto(serializedBytes: export.bytes).graph
        let nodes = graph.node.filter { $0.opType != "Constant" }
        #expect(
            nodes.map { "\($0.opType) \($0.input.joined(separator: ", ")) -> \($0.output[0])" } == [
                "QuantizeLinear x, xs, xz -> q",
                "MaxPool q -> pool.codes",
                "Flatten pool.codes -> flat.codes",
                "DequantizeLinear flat.codes, xs, xz -> flat",
                "DequantizeLinear w, ws, constant -> weight",
                "DequantizeLinear b, bs -> bias",
                "Gemm flat, weight, bias -> z",
            ])
        let zeros = try #require(graph.initializer.first { $0.name == "constant" })
        #expect(zeros.dims == [3] && zeros.dataType == 3)
    }

    /// What reads the numbers too still finds them.
    @Test func numbersThatOthersReadStay() throws {
        let export = try ONNXExport(
            model(
                """
                input q: u8[N, 2, 2]
                constant s: f32[] = [0.5]
                d = dequantize_linear(q, s)
                flat = flatten(d)
                a = relu(flat)
                output y = relu(d)
                output z = dense(a, units: 3)
                """))
        let nodes = try ModelProto(serializedBytes: export.bytes).graph.node
        #expect(nodes.map(\.opType) == ["DequantizeLinear", "Flatten", "DequantizeLinear", "Relu", "Relu", "Gemm"])
    }
}
