import ApusCompiler
import ApusFiles
import ApusGraph
package import ApusPlan
import ApusRuntime

/// A spec of `Models` at a size at which a run takes milliseconds.
public struct BenchmarkModel: Sendable {
    public let name: String
    /// Settings in place of the spec's own.
    let settings: [String: Int]
    /// What is made small in training; nil for a model that is only asked.
    let loss: Loss?

    private init(_ name: String, _ settings: [String: Int] = [:], loss: Loss? = .automatic) {
        self.name = name
        self.settings = settings
        self.loss = loss
    }

    /// In the order in which they appear in a table.
    public static let all = [
        BenchmarkModel("mnist-cnn"), BenchmarkModel("mnist-cnn-small"), BenchmarkModel("lenet5"), BenchmarkModel("mlp"),
        BenchmarkModel("resnet8"), BenchmarkModel("mobilenet-v1-025"), BenchmarkModel("ds-cnn"),
        BenchmarkModel("autoencoder", loss: nil), BenchmarkModel("mlp-regression", loss: .meanSquaredError),
        BenchmarkModel("video-cnn"), BenchmarkModel("char-lstm", ["length": 16]),
        BenchmarkModel("char-transformer", ["length": 32]),
        BenchmarkModel("resnet18", ["image_size": 64, "width": 16]),
        BenchmarkModel("mobilenet-v2", ["image_size": 64, "width": 16]),
        BenchmarkModel("unet", ["image_size": 32, "width": 16]),
    ]

    /// What is done with a model.
    public enum Work: String, Sendable, CaseIterable {
        case inference, training
    }

    /// Whether there is a plan for that work.
    package func does(_ work: Work) -> Bool { work == .inference || loss != nil }

    /// The model with initial weights.
    private func model() throws -> Model {
        let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = "\(folder)/Models/\(name).graph"
        let graph = try Graph.parse(String(decoding: try readFile(file), as: UTF8.self), file: file, settings: settings)
        return try ExplicitParameters().apply(to: Model(graph: graph)).initialized(seed: 1)
    }

    /// The plan for this machine, or for that target, and the initial weights.
    package func plan(
        _ work: Work, batch: Int, target: Target? = nil
    ) throws -> (plan: Plan, weights: [String: [Float]]) {
        let model = try model()
        let target = try target ?? Processor.preferredTarget()
        guard work == .training, let loss else {
            return (try Compiler.inferencePlan(model, target: target, batchBound: batch), model.weights)
        }
        var lowering = LoweringOptions(target: target, batchBound: batch, weights: .state)
        lowering.optimizer = .adam()
        // Tokens take no noise.
        let takesNoise = model.graph.inputs.contains { model.graph[$0].type.elementType == .f32 }
        let options = Pipeline.TrainingOptions(loss: loss, inputNoise: takesNoise ? 0.1 : 0)
        return (try Compiler.trainingPlan(model, options, lowering: lowering), model.weights)
    }
}
