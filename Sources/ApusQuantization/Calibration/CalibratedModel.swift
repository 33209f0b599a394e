package import ApusData
import ApusGraph
import ApusTraining

/// A float model with what was seen of its values: what quantized models are made of.
struct CalibratedModel: Sendable {
    private(set) var float: FloatModel
    private var calibration: Calibration
    /// The pairs of layers whose channels were scaled.
    private(set) var equalized: [Equalization.Change] = []
    private let samples: CalibrationSamples

    /// Looks at all values that may become codes.
    ///
    /// - Parameter equalizes: whether channels that differ widely are brought to like ranges before.
    init(_ float: FloatModel, equalizes: Bool, samples: CalibrationSamples) throws(QuantizationError) {
        self.float = float
        self.samples = samples
        let between = Self.unique(EqualizablePair.pairs(float).map(\.value))
        if equalizes, !between.isEmpty {
            let seen = try Calibration(float, values: between, on: samples)
            equalized = Equalization.apply(to: &self.float, seen)
        }
        let placement = Placement(float, layers: Set(float.layers.indices))
        calibration = try Calibration(
            self.float, values: Self.unique(placement.points + float.layers.map(\.input)), on: samples)
    }

    private static func unique(_ values: [ValueID]) -> [ValueID] { Array(Set(values)).sorted() }

    /// What was seen of a value of the float model.
    func seen(_ value: ValueID) -> ValueStatistics? { calibration[float.graph[value].name] }

    /// The model with some layers in 8 bits.
    ///
    /// - Parameters:
    ///   - layers: their numbers.
    ///   - method: how ranges are chosen.
    ///   - correctsBiases: whether biases make up for what the rounding of weights adds in the mean.
    mutating func quantized(
        layers: Set<Int>, method: CalibrationMethod, correctsBiases: Bool, form: QuantizedModel.Form
    ) throws(QuantizationError) -> (model: QuantizedModel, placement: Placement) {
        let (placement, scales) = try placed(layers: layers, method: method)
        var means: [String: [Double]] = [:]
        if correctsBiases {
            for layer in layers {
                let input = float.layers[layer].input
                means[float.graph[input].name] = seen(input)?.means
            }
        }
        return (try QuantizedModel(float, placement, scales: scales, means: means, form: form), placement)
    }

    /// What becomes codes where some layers are in 8 bits, and which codes.
    ///
    /// - Parameters:
    ///   - layers: their numbers.
    ///   - method: how ranges are chosen.
    mutating func placed(
        layers: Set<Int>, method: CalibrationMethod
    ) throws(QuantizationError) -> (placement: Placement, scales: [CodeScale]) {
        let placement = Placement(float, layers: layers)
        // Where a layer is f32, what is behind it may become codes that was none before.
        let unseen = placement.points.filter { seen($0) == nil }
        if !unseen.isEmpty { calibration.merge(try Calibration(float, values: unseen, on: samples)) }
        return (placement, scales(placement, method))
    }

    /// One for each point.
    private func scales(_ placement: Placement, _ method: CalibrationMethod) -> [CodeScale] {
        var histograms: [Int: Histogram] = [:]
        for (point, group) in zip(placement.points, placement.groups) {
            guard let seen = seen(point) else { continue }
            histograms[group, default: Histogram()].merge(seen.histogram)
        }
        let groups = histograms.keys.sorted()
        let chosen = concurrently(groups.map { histograms[$0] ?? Histogram() }) { CodeScale(method.range($0)) }
        let scales = Dictionary(uniqueKeysWithValues: zip(groups, chosen))
        return placement.groups.map { scales[$0] ?? CodeScale(0...0) }
    }
}

/// Samples, and how they are answered.
package struct CalibrationSamples: Sendable {
    package var dataset: Dataset
    package var preparation: InputPreparation
    package var machine: Machine

    package init(_ dataset: Dataset, preparation: InputPreparation, machine: Machine) {
        self.dataset = dataset
        self.preparation = preparation
        self.machine = machine
    }

    /// How well a model answers them.
    func evaluation(of model: Model) throws(QuantizationError) -> Evaluation {
        do throws(TrainingError) {
            var evaluator = try Evaluator(
                model, preparation: preparation, weights: .constant, target: machine.target, threads: machine.threads,
                placement: machine.placement, convolutions: machine.convolutions)
            return try evaluator.evaluate(dataset)
        } catch {
            throw .training(error)
        }
    }

    /// The same; nil where their targets are nothing that the model answers.
    func evaluationOfTargets(_ model: Model) throws(QuantizationError) -> Evaluation? {
        do {
            return try evaluation(of: model)
        } catch .training(.mismatch) {
            return nil
        }
    }

    /// Some of them.
    func subset(_ range: Range<Int>) -> CalibrationSamples {
        CalibrationSamples(dataset.subset(range), preparation: preparation, machine: machine)
    }
}
