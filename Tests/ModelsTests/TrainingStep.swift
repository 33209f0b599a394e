import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Training steps of the project's models, for tests: of few samples, on made-up data.
enum TrainingStep {
    struct Case: Sendable, CustomTestStringConvertible {
        var model: String
        var settings: [String: Int] = [:]
        var loss = Loss.automatic
        var testDescription: String { model }
    }

    /// All specs of `Models`, the large ones with smaller images or texts.
    static let models = [
        Case(model: "autoencoder", loss: .meanSquaredError),
        Case(model: "char-lstm", settings: ["length": 8, "units": 16]),
        Case(model: "char-transformer", settings: ["length": 16, "width": 32]), Case(model: "ds-cnn"),
        Case(model: "lenet5"), Case(model: "mlp"), Case(model: "mlp-regression", loss: .meanSquaredError),
        Case(model: "mnist-cnn"),
        Case(model: "mnist-cnn-small"), Case(model: "mobilenet-v1-025"),
        Case(model: "mobilenet-v2", settings: ["image_size": 64]),
        Case(model: "resnet18", settings: ["image_size": 32, "width": 16, "classes": 10]), Case(model: "resnet8"),
        Case(model: "unet", settings: ["image_size": 32, "width": 8]), Case(model: "video-cnn"),
    ]

    static let batch = 6

    static func model(_ spec: String, _ settings: [String: Int] = [:]) throws -> Model {
        let explicit = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(spec, settings: settings)))
        return explicit.initialized(seed: 7)
    }

    /// The graph of a training step, whose random operators draw.
    static func step(_ model: Model, loss: Loss = .automatic) throws -> Model {
        let isNoisy = model.graph.inputs.contains { model.graph[$0].type.elementType == .f32 }
        return try Pipeline.training(.init(loss: loss, inputNoise: isNoisy ? 0.1 : 0)).run(model)
    }

    static func options(_ convolutions: ConvolutionAlgorithms = .exact) -> LoweringOptions {
        var options = LoweringOptions(
            target: Processor.targets[0], batchBound: batch, weights: .state, shards: 3, optimizer: .adam())
        options.convolutions = convolutions
        return options
    }

    /// Numbers for all inputs of a plan: whole ones of 0 and 1 where they are i32.
    static func inputs(of plan: Plan, batch: Int) -> (floats: [String: [Float]], integers: [String: [Int32]]) {
        var random = TestRandom(seed: 11)
        var (floats, integers): ([String: [Float]], [String: [Int32]]) = ([:], [:])
        for input in plan.inputs {
            if input.elementType == .i32 {
                integers[input.name] = (0..<batch * input.sampleElements).map { _ in Int32(random.integer(0...1)) }
            } else {
                floats[input.name] = random.numbers(batch * input.sampleElements)
            }
        }
        return (floats, integers)
    }

    /// The bits of the whole state after three steps.
    static func state(_ plan: Plan, _ model: Model, threads: Int) throws -> [String: [UInt32]] {
        let (floats, integers) = inputs(of: plan, batch: batch)
        var arguments = RunArguments()
        arguments.learningRate = 0.01
        arguments.seedLow = 5
        let state = try PlanRun.run(
            plan, floats: floats, integers: integers, batch: batch, threads: threads, weights: model.weights,
            arguments: arguments, steps: 3
        ).state
        return state.mapValues { $0.map(\.bitPattern) }
    }
}
