import ApusGraph
import ApusONNX
import ONNXTestSupport
import ONNXSchema
import Testing

/// Functions that files define for themselves.
@Suite struct FunctionTests {
    private func call(
        _ function: FunctionProto, _ inputs: [String] = ["x"], _ attributes: [AttributeProto] = [],
        others: [FunctionProto] = []
    ) -> ModelProto {
        var model = ModelProto(
            [NodeProto(function.name, inputs, ["y"], domain: "own", attributes)], inputs: [.tensor("x", ["N", 2])],
            initializers: [TensorProto("w", [2], floats: [10, 20])], functions: [function] + others)
        model.opsetImport.append(OperatorSetIdProto("own", version: 1))
        return model
    }

    private let input = ["x": [-1.0, 2]]

    @Test func aCallBecomesTheFunctionsNodes() throws {
        let twice = FunctionProto(
            "Twice", inputs: ["a"], outputs: ["b"],
            [NodeProto("Add", ["a", "a"], ["inner"]), NodeProto("Relu", ["inner"], ["b"])])
        #expect(try call(twice).imported().answers(input) == ["y": [0, 4]])
    }

    @Test func attributesAreTheCallsOrTheDefaults() throws {
        let leaky = FunctionProto(
            "Leaky", inputs: ["a"], outputs: ["b"],
            [NodeProto("LeakyRelu", ["a"], ["b"], [.reference("alpha", .float, to: "slope")])], attributes: ["slope"])
        #expect(try call(leaky, ["x"], [.float("slope", 0.5)]).imported().answers(input) == ["y": [-0.5, 2]])
        // What neither says is the operator's own default.
        let own = try #require(try call(leaky).imported().answers(input)["y"])
        #expect(abs(own[0] + 0.01) < 1e-6)
        let defaulted = FunctionProto(
            "Leaky", inputs: ["a"], outputs: ["b"],
            [NodeProto("LeakyRelu", ["a"], ["b"], [.reference("alpha", .float, to: "slope")])],
            defaults: [.float("slope", 0.25)])
        #expect(try call(defaulted).imported().answers(input) == ["y": [-0.25, 2]])
        #expect(try call(defaulted, ["x"], [.float("slope", 0.5)]).imported().answers(input) == ["y": [-0.5, 2]])
    }

    @Test func functionsCallFunctions() throws {
        let inner = FunctionProto("Inner", inputs: ["a"], outputs: ["b"], [NodeProto("Relu", ["a"], ["b"])])
        let outer = FunctionProto(
            "Outer", inputs: ["a", "b"], outputs: ["c"],
            [NodeProto("Inner", ["a"], ["d"], domain: "own"), NodeProto("Add", ["d", "b"], ["c"])])
        let model = try call(outer, ["x", "w"], others: [inner]).imported()
        #expect(try model.answers(input) == ["y": [10, 22]])
        #expect(model.weights == ["w": [10, 20]])
    }

    @Test func namesInsideAreNotThoseOutside() throws {
        let careless = FunctionProto("Careless", inputs: ["a"], outputs: ["b"], [NodeProto("Relu", ["x"], ["b"])])
        let text = try refusal(of: call(careless)).description
        #expect(text.contains("'x' is not made before it is read"), "\(text)")
    }

    @Test func inputsThatACallLeavesOutAreLeftOut() throws {
        let two = FunctionProto("Two", inputs: ["a", "b"], outputs: ["c"], [NodeProto("Add", ["a", "b"], ["c"])])
        let text = try refusal(of: call(two)).description
        #expect(text.contains("input 1 is not given"), "\(text)")
    }

    @Test func callsWithTooMuchAreRefused() throws {
        let one = FunctionProto("One", inputs: ["a"], outputs: ["b"], [NodeProto("Relu", ["a"], ["b"])])
        #expect(
            try reason(of: call(one, ["x", "w"])) == "y (own.One): has more inputs or outputs than its function")
    }

    @Test func aFunctionThatCallsItselfIsRefused() throws {
        let endless = FunctionProto(
            "Endless", inputs: ["a"], outputs: ["b"], [NodeProto("Endless", ["a"], ["b"], domain: "own")])
        let text = try refusal(of: call(endless)).description
        #expect(text.contains("lies in over 64 functions and branches"), "\(text)")
    }

    /// Each calls the next twice: 2⁴⁰ nodes in a file of a few hundred bytes.
    @Test(.timeLimit(.minutes(1))) func functionsThatGrowWithoutLimitAreRefused() throws {
        let functions = (0..<40).map { number in
            FunctionProto(
                "F\(number)", inputs: ["a"], outputs: ["c"],
                [
                    NodeProto("F\(number + 1)", ["a"], ["b"], domain: "own"),
                    NodeProto("F\(number + 1)", ["b"], ["c"], domain: "own"),
                ])
        }
        let last = FunctionProto("F40", inputs: ["a"], outputs: ["b"], [NodeProto("Relu", ["a"], ["b"])])
        let text = try refusal(of: call(functions[0], others: functions.dropFirst() + [last])).description
        #expect(text.contains("which is more than are taken"), "\(text)")
    }
}
