package import ApusGraph
import Synchronization

/// What was seen of the values of a model, by name.
package struct Calibration: Sendable {
    package private(set) var statistics: [String: ValueStatistics]

    /// Answers samples and takes in what values are.
    ///
    /// - Parameters:
    ///   - values: of the float graph, of f32, each depending on the batch. Inputs may be among them.
    ///   - samples: to calibrate on.
    /// - Throws: ``QuantizationError`` where a value is not finite, or the samples don't fit the model.
    package init(
        _ float: FloatModel, values: [ValueID], on samples: CalibrationSamples
    ) throws(QuantizationError) {
        let graph = float.graph
        let isInput = Set(graph.inputs)
        let made = values.filter { !isInput.contains($0) }.map { graph[$0].name }
        var observation = try Observation(
            float.model, names: made, preparation: samples.preparation, machine: samples.machine)
        var watched: [Watched] = []
        for (name, (block, size)) in zip(observation.names, zip(observation.outputs, observation.sizes)) {
            guard let value = graph.value(named: name) else { continue }
            watched.append(Watched(name, block, size: size, type: graph[value].type))
        }
        for (number, input) in graph.inputs.enumerated() where values.contains(input) {
            watched.append(
                Watched(
                    graph[input].name, observation.inputs[number], size: observation.inputSize(number),
                    type: graph[input].type))
        }
        let all = watched
        try observation.run(samples.dataset) { count in
            // Whoever takes in a value takes in all of the batch, so that threads don't change the sums.
            runConcurrently(all.count) { all[$0].take(count) }
        }
        statistics = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.statistics.withLock { $0 }) })
        for value in all where statistics[value.name]?.histogram.notFinite != 0 { throw .notFinite(value: value.name) }
    }

    /// Takes in what was seen of other values.
    mutating func merge(_ other: Calibration) { statistics.merge(other.statistics) { _, new in new } }

    package subscript(_ name: String) -> ValueStatistics? { statistics[name] }
}

/// A value that is taken in.
private final class Watched: Sendable {
    let name: String
    private let block: FloatBlock
    private let size: Int
    let statistics: Mutex<ValueStatistics>

    /// - Parameters:
    ///   - block: where a batch of it is.
    ///   - size: elements of a sample.
    ///   - type: the second dimension counts channels or features.
    init(_ name: String, _ block: FloatBlock, size: Int, type: TensorType) {
        self.name = name
        self.block = block
        self.size = size
        let channels = type.rank >= 2 ? type.dimensions[1].number : nil
        statistics = Mutex(ValueStatistics(rowSize: type.sampleElements ?? size, channels: channels ?? 0))
    }

    /// Takes in the first samples of the batch.
    func take(_ samples: Int) {
        statistics.withLock { statistics in block.withElements(samples * size) { statistics.add($0) } }
    }
}
