package import ApusData
package import ApusGraph
import ApusTraining

/// Makes a model of 8 bits of a trained one: looks at what values are on samples, and gives them and the weights codes.
///
/// The result depends on the model, the samples and the options alone, not on the number of threads.
package struct Quantizer: Sendable {
    package let options: QuantizationOptions
    /// What ranges are chosen by.
    private let samples: CalibrationSamples
    /// What the result is judged by; none of ``samples`` is among them.
    private let heldOut: CalibrationSamples
    /// Is told what is done next.
    private let progress: @Sendable (String) -> Void

    /// As it was, in its inference form.
    let original: FloatModel
    private(set) var calibrated: CalibratedModel
    /// Whether biases are corrected.
    private(set) var correctsBiases = false

    /// Samples on which it is tried whether something lowers the noise.
    private static let trials = 64

    /// Calibrates.
    ///
    /// - Parameters:
    ///   - samples: what ranges are chosen by.
    ///   - heldOut: what the result is judged by.
    ///   - progress: is told what is done next.
    package init(
        _ model: Model, samples: Dataset, heldOut: Dataset, preparation: InputPreparation, machine: Machine,
        options: QuantizationOptions, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(QuantizationError) {
        self.options = options
        self.progress = progress
        self.samples = CalibrationSamples(samples, preparation: preparation, machine: machine)
        self.heldOut = CalibrationSamples(heldOut, preparation: preparation, machine: machine)
        original = try FloatModel(model)
        for name in options.kept where !original.layers.contains(where: { $0.name == name }) {
            throw .unknownLayer(name, layers: original.layers.map(\.name))
        }
        progress("looking at \(samples.count) samples")
        let equalizes = Self.choices(options.equalization)
        let corrects = Self.choices(options.biasCorrection)
        calibrated = try CalibratedModel(original, equalizes: equalizes[0], samples: self.samples)
        correctsBiases = corrects[0]
        if equalizes.count * corrects.count > 1 { try choose(equalizes, corrects) }
    }

    /// What there is to choose from.
    private static func choices(_ choice: QuantizationOptions.Choice) -> [Bool] {
        switch choice {
        case .automatic: [false, true]
        case .always: [true]
        case .never: [false]
        }
    }

    /// Takes what has the least noise. One thing may lower it only where the other is done too, so all of them are tried; on samples that
    /// the ranges of the trials were not chosen by, for what fits these too well would seem best.
    private mutating func choose(_ equalizes: [Bool], _ corrects: [Bool]) throws(QuantizationError) {
        let count = min(Self.trials, samples.dataset.count / 4)
        guard count > 0 else { return }
        let trials = samples.subset(0..<count)
        let others = samples.subset(count..<samples.dataset.count)
        var (least, chosen) = (Double.infinity, (equalizes: equalizes[0], corrects: corrects[0]))
        for equalizing in equalizes {
            tell(equalizing ? "trying with equalized channels" : "trying with channels as they are")
            var model = try CalibratedModel(original, equalizes: equalizing, samples: others)
            if equalizing, equalizes.count > 1, model.equalized.isEmpty { continue }
            for correcting in corrects {
                let noise = try noise(of: &model, correcting: correcting, on: trials)
                if noise < least { (least, chosen) = (noise, (equalizing, correcting)) }
            }
        }
        correctsBiases = chosen.corrects
        if chosen.equalizes != equalizes[0] {
            calibrated = try CalibratedModel(original, equalizes: chosen.equalizes, samples: samples)
        }
    }

    /// The noise that the answers to samples have.
    private func noise(
        of calibrated: inout CalibratedModel, correcting: Bool, on samples: CalibrationSamples
    ) throws(QuantizationError) -> Double {
        let trial = try calibrated.quantized(
            layers: candidates, method: options.method, correctsBiases: correcting, form: .simulated)
        return try SignalToNoise.measure(original, trial.model, names: answers, on: samples).values
            .reduce(0) { $0 + $1.noise }
    }

    /// As the model that is quantized, with what was equalized.
    var float: FloatModel { calibrated.float }

    /// The layers that nothing speaks against so far.
    var candidates: Set<Int> {
        Set(original.layers.indices.filter { !options.kept.contains(original.layers[$0].name) })
    }

    func tell(_ what: String) { progress(what) }

    /// How many samples there are to calibrate on, and held out.
    var counts: (samples: Int, heldOut: Int) { (samples.dataset.count, heldOut.dataset.count) }

    /// The model with these layers in 8 bits.
    mutating func model(
        layers: Set<Int>, form: QuantizedModel.Form
    ) throws(QuantizationError) -> (model: QuantizedModel, placement: Placement) {
        try calibrated.quantized(layers: layers, method: options.method, correctsBiases: correctsBiases, form: form)
    }

    /// The model in the form in which it is trained for 8 bits, with the ranges that were calibrated to begin with.
    package func trainable() throws(QuantizationError) -> FakeQuantizedModel {
        var calibrated = calibrated
        let (placement, scales) = try calibrated.placed(layers: candidates, method: options.method)
        return try FakeQuantizedModel(calibrated.float, placement, scales: scales)
    }

    /// How far the named values of a quantized model are from the float model's, on the samples that are held out.
    func noise(_ quantized: QuantizedModel, of names: [String]) throws(QuantizationError) -> [String: SignalToNoise] {
        try SignalToNoise.measure(float, quantized, names: names, on: heldOut)
    }

    /// What the model answers, before what makes probabilities of it: the names of values.
    var answers: [String] { original.answers }

    /// How well a model answers the samples that are held out.
    func evaluation(_ model: Model) throws(QuantizationError) -> Evaluation {
        try heldOut.evaluation(of: model)
    }
}
