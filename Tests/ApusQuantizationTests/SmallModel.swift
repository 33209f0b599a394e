import ApusCompiler
import ApusData
import ApusGraph
import ApusRuntime
import TestSupport

@testable import ApusQuantization

/// Small models and data for tests.
enum SmallModel {
    /// A spec with random weights; statistics of batch norms are about 1.
    static func initialized(_ spec: String, settings: [String: Int] = [:], seed: UInt64 = 7) throws -> Model {
        let graph = try Graph.parse(spec, settings: settings)
        var model = try Pipeline([ExplicitParameters()]).run(Model(graph: graph)).initialized(seed: seed)
        for parameter in model.graph.parameters where parameter.role == .statistic {
            let name = model.graph[parameter.value].name
            model.weights[name] = model.weights[name]?.indices.map { 0.5 + 0.1 * Float($0) }
        }
        return model
    }

    /// Random samples of a shape, of numbers about zero, with labels.
    static func data(_ shape: [Int], count: Int = 40, classes: Int = 3, seed: UInt64 = 1) throws -> Dataset {
        var random = SplitMix64(seed: seed)
        let elements = (0..<count * shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }
        return try Dataset(
            inputs: [DataColumn(count: count, sampleShape: shape, elements: .floats(elements))],
            targets: DataColumn(
                count: count, sampleShape: [],
                elements: .integers((0..<count).map { _ in Int32.random(in: 0..<Int32(classes), using: &random) })))
    }

    /// Random samples for the one input of a model, of numbers from 0 to 1 or of words, with labels that nobody asks for.
    static func data(for model: Model, count: Int, words: Int32, seed: UInt64 = 3) throws -> Dataset {
        var random = SplitMix64(seed: seed)
        let type = model.graph[model.graph.inputs[0]].type
        let shape = type.sampleShape ?? []
        let size = count * shape.reduce(1, *)
        let elements: DataColumn.Elements =
            type.elementType.isInteger
            ? .integers((0..<size).map { _ in Int32.random(in: 0..<words, using: &random) })
            : .floats((0..<size).map { _ in Float.random(in: 0...1, using: &random) })
        return try Dataset(
            inputs: [DataColumn(count: count, sampleShape: shape, elements: elements)],
            targets: DataColumn(count: count, sampleShape: [], elements: .integers(Array(repeating: 0, count: count))))
    }

    static func machine(threads: Int = 2) throws -> Machine {
        Machine(target: try Processor.preferredTarget(), threads: threads)
    }

    static func samples(_ data: Dataset) throws -> CalibrationSamples {
        CalibrationSamples(data, preparation: .none, machine: try machine())
    }

    /// Quantizes a model on random samples.
    static func quantize(
        _ model: Model, on data: Dataset, options: QuantizationOptions = QuantizationOptions(), threads: Int = 2
    ) throws -> Quantization {
        let cut = data.count / 4
        return try Quantization(
            try Quantizer(
                model, samples: data.subset(cut..<data.count), heldOut: data.subset(0..<cut), preparation: .none,
                machine: try machine(threads: threads), options: options))
    }

    /// The answers of a model's first output by the reference kernels, to samples of f32.
    static func answers(_ model: Model, _ data: Dataset) throws -> [Double] {
        let explicit = try Pipeline([ExplicitParameters()]).run(model)
        let graph = explicit.graph
        var bindings: [String: Tensor] = [:]
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape(batch: 1), elements: (explicit.weights[value.name] ?? []).map(Double.init))
        }
        guard case .floats(let elements) = data.inputs[0].elements else { return [] }
        let input = graph[graph.inputs[0]]
        bindings[input.name] = Tensor(shape: input.type.shape(batch: data.count), elements: elements.map(Double.init))
        return ReferenceInterpreter(graph).run(bindings, batch: data.count)[graph.outputs[0].index].elements
    }
}
