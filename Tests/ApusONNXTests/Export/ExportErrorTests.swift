import ApusCompiler
import ApusGraph
import ONNXSchema
import SwiftProtobuf
import Testing

@testable import ApusONNX

/// What can't be exported, and what an exported file says of itself.
@Suite struct ExportErrorTests {
    private func model(_ lines: String) throws -> Model {
        try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse("model m\n\(lines)"))).initialized(seed: 1)
    }

    private func failure(_ lines: String) throws -> String {
        let model = try model(lines)
        let error = #expect(throws: ONNXError.self) { try ONNXExport(model) }
        return error?.description ?? ""
    }

    @Test func allCallsWithoutWordsAreListed() throws {
        let text = try failure(
            """
            input x: i32[N, 3]
            input y: f32[N, 3]
            a = bit_shift(x, x, direction: right)
            b = elementwise(y, formula: "bit_not(a)")
            output z = bit_shift(a, x)
            output w = relu(b)
            """)
        #expect(
            text == """
                m: 3 of its 4 calls can't be said in ONNX; use other operators in their place
                  a (bit_shift): ONNX shifts the bits of unsigned integers only, and these are i32[N, 3]
                  b (elementwise): ONNX has no bit_not of floating point
                  z (bit_shift): ONNX shifts the bits of unsigned integers only, and these are i32[N, 3]
                """)
    }

    @Test func aSizeMustBeOneOfAnInput() throws {
        var editor = GraphEditor(name: "m")
        let x = try editor.addInput("x", TensorType(.f32, shape: [1, 3]))
        editor.addOutput(try editor.apply(Expand(shape: ["N", 3]), to: [x], names: ["z"])[0])
        let error = #expect(throws: ONNXError.self) { try ONNXExport(Model(graph: editor.graph)) }
        #expect(
            error?.description == """
                m: 1 of its 1 calls can't be said in ONNX; use other operators in its place
                  z (expand): its shape depends on N, which is a dimension of no input
                """)
    }

    @Test func weightsMustBeThere() throws {
        var model = try model("input x: f32[N, 3]\noutput z = dense(x, units: 2)")
        model.weights["z.bias"] = nil
        let error = #expect(throws: ONNXError.self) { try ONNXExport(model) }
        #expect(
            error?.description == """
                m: its parameters are not all known; train the model first
                  z.bias (parameter): it has no weights
                """)
    }

    @Test func anOutputIsGivenOnce() throws {
        var model = try model("input x: f32[N, 3]\noutput z = relu(x)")
        model.graph.outputs.append(model.graph.outputs[0])
        let error = #expect(throws: ONNXError.self) { try ONNXExport(model) }
        #expect(error?.description == "m: gives one value as two outputs; leave one of them out")
    }

    /// Layer norm is the reason for 17; each of the others came later.
    @Test(arguments: [
        ("relu(x)", 17, 8), ("reduce_max(x, axes: [-1])", 17, 8), ("mish(x)", 18, 8), ("gelu(x)", 20, 9),
        ("group_norm(x, groups: 2)", 21, 10), ("rms_norm(x)", 23, 11), ("attention(x, x, x, heads: 2)", 23, 11),
    ])
    func theLowestVersionIsWritten(call: String, version: Int, format: Int) throws {
        let export = try ONNXExport(model("input x: f32[N, 4, 6]\na = \(call)\noutput z = reduce_max(a, axes: [1])"))
        #expect(export.operatorSet == version && export.format == format)
        // The axes are an input since 18.
        let message = try ModelProto(serializedBytes: export.bytes)
        let last = try #require(message.graph.node.last)
        #expect(last.opType == "ReduceMax" && last.input.count == (version < 18 ? 1 : 2))
    }

    @Test func symbolsAreComputedOfTheInputs() throws {
        let export = try ONNXExport(
            model(
                """
                input x: f32[N, 2*T, 3]
                a = reshape(x, whole: [N, T, 2, 3])
                b = transpose(a, permutation: [1, 0, 2, 3])
                c = reshape(b, whole: [T, N, 6])
                constant one: f32[1] = [1]
                d = expand(one, shape: [T/2 + 1, N, 6])
                output e = concat(c, d, axis: 0)
                """))
        let message = try ModelProto(serializedBytes: export.bytes)
        #expect(message.graph.input[0].type.tensorType.shape.dim.map(\.dimParam) == ["N", "2*T", ""])
        // T and N are computed once.
        #expect(message.graph.node.count { $0.opType == "Shape" } == 2)
        #expect(message.graph.node.count { $0.opType == "Div" } == 2)
    }

    @Test func numbersStayConstantsAndWeightsStayWeights() throws {
        let original = try model(
            """
            input x: f32[N, 3]
            constant table: f32[3] = [1, 2, 3]
            a = multiply(x, table)
            output z = dense(a, units: 2)
            """)
        let imported = try Model(ONNXFile(ONNXExport(original).bytes, path: "m"))
        #expect(imported.graph.parameters.map { imported.graph[$0.value].name } == ["z.weight", "z.bias"])
        #expect(imported.graph.constants.map { imported.graph[$0.value].name } == ["table"])
        #expect(imported.weights == original.weights)
        #expect(imported.graph.nodes.map(\.operation.name) == ["multiply", "dense"])
    }
}
