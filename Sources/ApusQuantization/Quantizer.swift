package import ApusData
package import ApusGraph
import ApusTraining

/// Makes a model of 8 bits of a trained one: looks at what values are on samples, and gives them and the weights codes.
///
/// The result depends on the model, the samples and the options alone, not on the number of threads.
package struct Quantizer: Sendable {
    package let options: QuantizationOptions
    package let preparation: InputPreparation
    package let machine: Machine
    /// What ranges are chosen by.
    package let samples: Dataset
    /// What the result is judged by; none of ``samples`` is among them.
    package let heldOut: Dataset
    /// Is told what is done next.
    private let progress: @Sendable (String) -> Void

    var float: FloatModel
    private var calibration: Calibration
    private(set) var equalized: [Equalization.Change] = []

    /// Calibrates.
    package init(
        _ model: Model, samples: Dataset, heldOut: Dataset, preparation: InputPreparation, machine: Machine,
        options: QuantizationOptions, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(QuantizationError) {
        self.options = options
        self.preparation = preparation
        self.machine = machine
        self.samples = samples
        self.heldOut = heldOut
        self.progress = progress
        float = try FloatModel(model)
        for name in options.kept where !float.layers.contains(where: { $0.name == name }) {
            throw .unknownLayer(name, layers: float.layers.map(\.name))
        }
        progress("looking at \(samples.count) samples")
        if options.equalizes {
            let between = Self.unique(EqualizablePair.pairs(float).map(\.value))
            if !between.isEmpty {
                let seen = try Calibration(
                    float, values: between, samples: samples, preparation: preparation, machine: machine)
                equalized = Equalization.apply(to: &float, seen)
            }
        }
        let placement = Placement(float, layers: Set(float.layers.indices))
        calibration = try Calibration(
            float, values: Self.unique(placement.points + float.layers.map(\.input)), samples: samples,
            preparation: preparation, machine: machine)
    }

    /// The layers that nothing speaks against so far.
    var candidates: Set<Int> {
        Set(float.layers.indices.filter { !options.kept.contains(float.layers[$0].name) })
    }

    func tell(_ what: String) { progress(what) }

    private static func unique(_ values: [ValueID]) -> [ValueID] { Array(Set(values)).sorted() }

    /// The model with these layers in 8 bits.
    mutating func model(
        layers: Set<Int>, form: QuantizedModel.Form
    ) throws(QuantizationError) -> (model: QuantizedModel, placement: Placement) {
        let placement = Placement(float, layers: layers)
        let unseen = placement.points.filter { calibration[float.graph[$0].name] == nil }
        if !unseen.isEmpty {
            let seen = try Calibration(
                float, values: unseen, samples: samples, preparation: preparation, machine: machine)
            calibration.merge(seen)
        }
        var means: [String: [Double]] = [:]
        if options.correctsBiases {
            for layer in layers {
                let name = float.graph[float.layers[layer].input].name
                means[name] = calibration[name]?.means
            }
        }
        let quantized = try QuantizedModel(
            float, placement, scales: scales(placement), means: means, form: form)
        return (quantized, placement)
    }

    /// One for each point.
    private func scales(_ placement: Placement) -> [CodeScale] {
        var histograms: [Int: Histogram] = [:]
        for (point, group) in zip(placement.points, placement.groups) {
            guard let seen = calibration[float.graph[point].name] else { continue }
            histograms[group, default: Histogram()].merge(seen.histogram)
        }
        let method = options.method
        let groups = Array(histograms.keys.sorted())
        let chosen = concurrently(groups.map { histograms[$0] ?? Histogram() }) { CodeScale(method.range($0)) }
        let scales = Dictionary(uniqueKeysWithValues: zip(groups, chosen))
        return placement.groups.map { scales[$0] ?? CodeScale(0...0) }
    }

    /// What was seen of a value of the float model.
    func seen(_ value: ValueID) -> ValueStatistics? { calibration[float.graph[value].name] }

    /// How far the named values of a quantized model are from the float model's, on the samples that are held out.
    func noise(_ quantized: QuantizedModel, of names: [String]) throws(QuantizationError) -> [String: SignalToNoise] {
        try SignalToNoise.measure(
            float, quantized, names: names, samples: heldOut, preparation: preparation, machine: machine)
    }

    /// What the model answers, before what makes probabilities of it: the names of values.
    var answers: [String] {
        let producers = float.graph.producers()
        return Self.unique(
            float.graph.outputs.filter { float.graph[$0].type.elementType == .f32 }.map { output in
                guard let node = producers[output.index].map({ float.graph.nodes[$0] }) else { return output }
                switch node.operation {
                case is Softmax, is LogSoftmax, is Sigmoid: return node.operands[0]
                default: return output
                }
            }
        ).map { float.graph[$0].name }
    }

    /// How well a model answers the samples that are held out.
    func evaluation(_ model: Model) throws(QuantizationError) -> Evaluation {
        do throws(TrainingError) {
            var evaluator = try Evaluator(
                model, preparation: preparation, weights: .constant, target: machine.target,
                threads: machine.threads, placement: machine.placement, convolutions: machine.convolutions)
            return try evaluator.evaluate(heldOut)
        } catch {
            throw .training(error)
        }
    }
}
