import ApusGraph
import ApusPlan
import Testing

@testable import ApusCompiler

/// Outputs that are other values too.
@Suite("Outputs of one value")
struct OutputTests {
    /// The instructions that write each output, by their names.
    private func writers(_ plan: Plan) -> [[String]] {
        plan.outputs.indices.map { port in
            plan.body.filter { $0.operands.contains(Operand(.output, port: port)) }.map { "\($0.opcode)" }
        }
    }

    @Test(arguments: [
        "add(x, row)", "multiply(x, x)", "matmul(x, table)", "reduce_sum(x, axes: [2])", "softmax(x)", "layer_norm(x)",
        "transpose(x, permutation: [0, 2, 1])", "cast(x, to: i32)",
    ])
    func whatNobodyElseReadsIsMadeInTheOutput(call: String) throws {
        let plan = try verifiedPlan(
            """
            input x: f32[N, 8, 10]
            parameter row: f32[10] = normal(1)
            parameter table: f32[10, 7] = normal(1)
            output y = \(call)
            """, batch: 3)
        #expect(plan.body.count == 1)
        #expect(writers(plan).map(\.count) == [1])
    }

    @Test func aValueThatIsTwoOutputsIsWrittenTwice() throws {
        var editor = GraphEditor(name: "m")
        let x = try editor.addInput("x", TensorType(.f32, [Dimension.symbol("N"), 4]))
        let y = try editor.apply(Sigmoid(), to: [x], names: ["y"])[0]
        editor.addOutput(y)
        editor.addOutput(y)
        let plan = try verifiedPlan(editor.graph, batch: 2)
        #expect(plan.outputs.map(\.name) == ["y", "y.1"])
        #expect(writers(plan) == [["relayout"], ["relayout"]])
        #expect(plan.body.count == 3)
    }

    @Test func anInputThatIsAnOutputIsCopied() throws {
        var editor = GraphEditor(name: "m")
        let x = try editor.addInput("x", TensorType(.f32, [Dimension.symbol("N"), 4]))
        let counts = try editor.addInput("counts", TensorType(.i64, [Dimension.symbol("N"), 3]))
        editor.addOutput(x)
        editor.addOutput(counts)
        let plan = try verifiedPlan(editor.graph, batch: 2)
        #expect(plan.outputs.map(\.name) == ["x", "counts"])
        #expect(writers(plan) == [["relayout"], ["copy"]])
        #expect(plan.activationBytes == 0)
    }

    @Test func equalOutputsOfTwoNamesStayTwo() throws {
        let plan = try verifiedPlan(
            Graph.parse(
                """
                model m
                input x: f32[N, 4]
                output y = sigmoid(x)
                output z = identity(y)
                """), batch: 2)
        #expect(plan.outputs.map(\.name) == ["y", "z"])
        #expect(writers(plan).allSatisfy { $0.count == 1 })
    }

    /// A view of an output is copied from where that is made.
    @Test func aViewOfAnOutputIsAnOutput() throws {
        let plan = try verifiedPlan(
            Graph.parse(
                """
                model m
                input x: f32[N, 4, 6]
                output y = softmax(x)
                output z = flatten(y)
                """), batch: 2)
        #expect(plan.outputs.map(\.sampleShape) == [[4, 6], [24]])
        #expect(writers(plan).allSatisfy { $0.count == 1 })
    }
}
