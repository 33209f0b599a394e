import ApusGraph
import ApusONNX
import ONNXSchema
import ONNXTestSupport

/// Files that are right, to begin with.
enum SmallFiles {
    static let all: [ModelProto] = [layers, branches, loop, functions, constants, sizes]

    private static var layers: ModelProto {
        ModelProto(
            [
                NodeProto(
                    "Conv", ["x", "w"], ["a"], name: "first",
                    [.ints("kernel_shape", [3, 3]), .ints("pads", [1, 1, 1, 1]), .ints("strides", [1, 1])]),
                NodeProto("Relu", ["a"], ["b"]),
                NodeProto("MaxPool", ["b"], ["c"], [.ints("kernel_shape", [2, 2]), .ints("strides", [2, 2])]),
                NodeProto("Flatten", ["c"], ["d"], [.int("axis", 1)]),
                NodeProto("Gemm", ["d", "v", "u"], ["e"], [.float("alpha", 1), .int("transB", 1)]),
                NodeProto("Softmax", ["e"], ["y"], [.int("axis", -1)]),
            ], inputs: [.tensor("x", ["N", 1, 4, 4])],
            initializers: [
                TensorProto("w", [2, 1, 3, 3], floats: (0..<18).map(Float.init)),
                TensorProto("v", [3, 8], floats: (0..<24).map(Float.init)),
                TensorProto("u", [3], floats: [1, 2, 3]),
            ])
    }

    private static var branches: ModelProto {
        let condition = TensorProto("c", Tensor(.bool, shape: [], integers: [1]))
        let one = GraphProto([NodeProto("Relu", ["x"], ["t"])], outputs: ["t"])
        let other = GraphProto([NodeProto("Add", ["x", "x"], ["e"])], outputs: ["e"])
        return ModelProto(
            [NodeProto("If", ["c"], ["y"], [.graph("then_branch", one), .graph("else_branch", other)])],
            initializers: [condition])
    }

    private static var loop: ModelProto {
        let body = GraphProto(
            [NodeProto("Add", ["carried", "x"], ["next"])],
            inputs: [.tensor("step", [], .i64), .tensor("go", [], .bool), .tensor("carried", [1, 4])],
            outputs: ["go", "next", "next"])
        return ModelProto(
            [NodeProto("Loop", ["steps", "", "x"], ["y", "all"], [.graph("body", body)])],
            inputs: [.tensor("x", [1, 4])], outputs: ["y", "all"],
            initializers: [TensorProto("steps", [], integers: [3])])
    }

    private static var functions: ModelProto {
        let inner = FunctionProto(
            "Inner", inputs: ["a"], outputs: ["b"],
            [NodeProto("LeakyRelu", ["a"], ["b"], [.reference("alpha", .float, to: "slope")])],
            attributes: ["slope"])
        let outer = FunctionProto(
            "Outer", inputs: ["a"], outputs: ["c"],
            [
                NodeProto("Inner", ["a"], ["b"], domain: "own", [.float("slope", 0.5)]),
                NodeProto("Inner", ["b"], ["c"], domain: "own"),
            ])
        var model = ModelProto([NodeProto("Outer", ["x"], ["y"], domain: "own")], functions: [inner, outer])
        model.opsetImport.append(OperatorSetIdProto("own", version: 1))
        return model
    }

    /// Shapes that are computed.
    private static var constants: ModelProto {
        ModelProto(
            [
                NodeProto("Shape", ["x"], ["a"]), NodeProto("Gather", ["a", "i"], ["b"], [.int("axis", 0)]),
                NodeProto("Unsqueeze", ["b", "z"], ["c"]),
                NodeProto("Constant", [], ["d"], [.tensor("value", TensorProto("", [1], integers: [-1]))]),
                NodeProto("Concat", ["c", "d"], ["e"], [.int("axis", 0)]), NodeProto("Reshape", ["x", "e"], ["f"]),
                NodeProto("Slice", ["f", "z", "two", "one"], ["g"]),
                NodeProto("Expand", ["g", "four"], ["y"]),
            ], inputs: [.tensor("x", ["N", 2, 4])],
            initializers: [
                TensorProto("i", [], integers: [0]), TensorProto("z", [1], integers: [0]),
                TensorProto("one", [1], integers: [1]), TensorProto("two", [1], integers: [2]),
                TensorProto("four", [3], integers: [4, 1, 1]),
            ])
    }

    /// Shapes that are computed of symbols.
    private static var sizes: ModelProto {
        ModelProto(
            [
                NodeProto("Shape", ["x"], ["a"]), NodeProto("Gather", ["a", "i"], ["b"], [.int("axis", 0)]),
                NodeProto("Mul", ["b", "b"], ["c"]), NodeProto("Div", ["c", "two"], ["d"]),
                NodeProto("Add", ["d", "b"], ["e"]), NodeProto("Sub", ["e", "d"], ["f"]),
                NodeProto("Concat", ["f", "minus"], ["h"], [.int("axis", 0)]), NodeProto("Reshape", ["x", "h"], ["y"]),
            ], inputs: [.tensor("x", ["N", "T", 4])],
            initializers: [
                TensorProto("i", [1], integers: [0]), TensorProto("two", [], integers: [2]),
                TensorProto("minus", [1], integers: [-1]),
            ])
    }
}
