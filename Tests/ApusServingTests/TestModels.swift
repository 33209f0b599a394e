import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime

@testable import ApusServing

/// Models of a few elements, with weights that are the same on every run.
enum TestModels {
    static func model(_ spec: String) throws -> Model {
        try Pipeline([ExplicitParameters()]).run(Model(graph: try Graph.parse(spec, file: "test"))).initialized(seed: 1)
    }

    /// Three numbers become two: their sum with weights.
    static func dense() throws -> Model {
        try model(
            """
            model small
            input x: f32[N, 3]
            output y = dense(x, units: 2)
            """)
    }

    /// Wide dense layers, of which several samples are computed at once.
    static func wide() throws -> Model {
        try model(
            """
            model wide
            input x: f32[N, 600]
            a = dense(x, units: 700)
            b = relu(a)
            c = dense(b, units: 300)
            output y = softmax(c)
            """)
    }

    /// A small network that takes pictures.
    static func pictures() throws -> Model {
        try model(
            """
            model pictures
            input image: f32[N, 1, 8, 8]
            a = conv2d(image, filters: 4, kernel: 3, padding: 1)
            b = relu(a)
            c = flatten(b)
            d = dense(c, units: 3)
            output y = softmax(d)
            """)
    }

    /// Two inputs, one of which all samples have in common.
    static func shared() throws -> Model {
        try model(
            """
            model shared
            input x: f32[N, 3]
            input w: f32[3]
            output y = multiply(x, w)
            """)
    }

    static func signature(_ model: Model, maximumBatch: Int = 8) throws -> ModelSignature {
        let plan = try Compiler.inferencePlan(model, target: try Processor.preferredTarget())
        return ModelSignature(name: "small", version: "1", plan: plan, maximumBatch: maximumBatch)
    }
}
