import ApusGraph
import ApusONNX
import ONNXTestSupport
import ONNXSchema
import Testing

/// Branches and loops that are decided before a model runs.
@Suite struct ControlFlowTests {
    private let input = ["x": [-1.0, 2]]

    private func branching(_ condition: TensorProto, _ outputs: [String] = ["y"]) -> ModelProto {
        ModelProto(
            [
                NodeProto(
                    "If", ["c"], outputs,
                    [
                        .graph("then_branch", GraphProto([NodeProto("Relu", ["x"], ["t"])], outputs: ["t"])),
                        .graph("else_branch", GraphProto([NodeProto("Add", ["x", "x"], ["e"])], outputs: ["e"])),
                    ])
            ], inputs: [.tensor("x", ["N", 2])], initializers: [condition])
    }

    @Test func theBranchIsTaken() throws {
        for (condition, answer) in [(1, [0.0, 2]), (0, [-2, 4])] {
            let flag = TensorProto("c", Tensor(.bool, shape: [], integers: [condition]))
            #expect(try branching(flag).imported().answers(input) == ["y": answer])
        }
    }

    @Test func aConditionThatIsComputedIsRefused() throws {
        var model = branching(TensorProto("other", [1], integers: [1]))
        model.graph.input.append(.tensor("c", [], .bool))
        #expect(
            try reason(of: model)
                == "y (If): the condition is computed while the model runs and must be known before")
    }

    @Test func branchesWithTooFewResultsAreRefused() throws {
        let flag = TensorProto("c", Tensor(.bool, shape: [], integers: [1]))
        var model = branching(flag, ["y", "z"])
        model.graph.output.append(.with { $0.name = "z" })
        let error = try refusal(of: model)
        #expect(error.description.contains("z (output)") || error.description.contains("y (If)"), "\(error)")
    }

    /// A loop that adds x to what it carries, and hands out what it has after each step.
    private func loop(
        steps: Int?, outputs: [String] = ["y", "all"], condition: String = "go", _ nodes: [NodeProto] = []
    ) -> ModelProto {
        let body = GraphProto(
            [NodeProto("Add", ["carried", "x"], ["next"])] + nodes,
            inputs: [.tensor("step", [], .i64), .tensor("go", [], .bool), .tensor("carried", ["N", 2])],
            outputs: [condition, "next", "next"])
        return ModelProto(
            [NodeProto("Loop", [steps == nil ? "" : "steps", "", "x"], outputs, [.graph("body", body)])],
            inputs: [.tensor("x", [1, 2])], outputs: outputs,
            initializers: [
                TensorProto("steps", [], integers: [steps ?? 0]),
                TensorProto("never", Tensor(.bool, shape: [], integers: [0])),
            ])
    }

    @Test func aLoopIsWrittenOut() throws {
        let model = try loop(steps: 3).imported()
        #expect(try model.answers(input) == ["y": [-4, 8], "all": [-2, 4, -3, 6, -4, 8]])
        #expect(try loop(steps: 1).imported().answers(input) == ["y": [-2, 4], "all": [-2, 4]])
    }

    @Test func aLoopEndsWhereItsConditionDoes() throws {
        let model = try loop(steps: nil, condition: "never").imported()
        #expect(try model.answers(input) == ["y": [-2, 4], "all": [-2, 4]])
    }

    @Test func aLoopOfNoStepHandsOnWhatItCarries() throws {
        #expect(try loop(steps: 0, outputs: ["y"]).imported().answers(input) == ["y": [-1, 2]])
        #expect(try reason(of: loop(steps: 0)) == "y (Loop): runs for no step, so that 'all' is empty")
    }

    @Test func loopsThatDontEndAreRefused() throws {
        let text = try refusal(of: loop(steps: nil, outputs: ["y"])).description
        #expect(text.contains("y (Loop): runs for more than 4096 steps"), "\(text)")
    }

    @Test func loopsWithMoreOutputsThanTheirBodyAreRefused() throws {
        let text = try refusal(of: loop(steps: 2, outputs: ["y", "all", "more"])).description
        #expect(text.contains("y (Loop): "), "\(text)")
    }

    @Test func bodiesThatDontFitAreRefused() throws {
        var model = loop(steps: 2)
        model.graph.node[0].attribute[0].g.input.removeLast(2)
        #expect(try reason(of: model).hasPrefix("y (Loop): its body has 1 inputs and 3 outputs, which don't fit"))
    }

    @Test func failuresInsideAreNamed() throws {
        let error = try refusal(of: loop(steps: 2, [NodeProto("Wobble", ["x"], ["z"], name: "inner")]))
        #expect(
            error.failures.map { $0.description } == [
                "inner (Wobble): there is no such operator here in version 17",
                "y (Loop): can't be taken, for what is in it",
            ])
    }
}
