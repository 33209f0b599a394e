import ApusTraining

/// Which layers stay in f32, so that the score on held-out samples falls by no more than is allowed.
///
/// Layers are tried in the order of the noise that each by itself adds to the answer. One that is taken back to f32 stays there where the
/// score, or with the same score the loss, becomes better by it. Where that is not enough, the noisiest layers stay in f32 whatever
/// they change, one more at a time.
struct LayerSearch {
    /// Layers in 8 bits.
    private(set) var layers: Set<Int>
    /// Layers that stay in f32: how many points better the score became by it.
    private(set) var gains: [Int: Double] = [:]
    /// Of the layers that were tried by themselves: what they do to the answer.
    private(set) var sensitivities: [Int: SignalToNoise] = [:]
    private(set) var before: Evaluation?
    private(set) var after: Evaluation?

    init(_ quantizer: inout Quantizer) throws(QuantizationError) {
        layers = quantizer.candidates
        if quantizer.options.maximumDrop != nil {
            quantizer.tell("evaluating \(quantizer.counts.heldOut) held-out samples")
            before = try quantizer.evaluation(quantizer.original.model)
            after = try evaluation(&quantizer, layers)
        }
        let isGoodEnough = drop <= (quantizer.options.maximumDrop ?? .infinity)
        if quantizer.options.measuresSensitivity || !isGoodEnough { try measureSensitivities(&quantizer) }
        if !isGoodEnough { try search(&quantizer) }
    }

    /// Points that the score falls by.
    var drop: Double {
        guard let before, let after else { return 0 }
        return 100 * (before.score - after.score)
    }

    private mutating func search(_ quantizer: inout Quantizer) throws(QuantizationError) {
        let allowed = quantizer.options.maximumDrop ?? .infinity
        let order = layers.sorted { first, second in
            let (one, other) = (decibels(first), decibels(second))
            return one == other ? first < second : one < other
        }
        for isForced in [false, true] {
            for layer in order where layers.contains(layer) {
                guard drop > allowed, let best = after else { return }
                quantizer.tell("trying '\(quantizer.float.layers[layer].name)' in f32")
                let result = try evaluation(&quantizer, layers.subtracting([layer]))
                guard isForced || Self.isBetter(result, than: best) else { continue }
                layers.remove(layer)
                gains[layer] = 100 * (result.score - best.score)
                after = result
            }
        }
    }

    private func decibels(_ layer: Int) -> Double { sensitivities[layer]?.decibels ?? .infinity }

    private static func isBetter(_ one: Evaluation, than other: Evaluation) -> Bool {
        if case .classes(let classes) = one, case .classes(let others) = other, classes.correct == others.correct {
            return classes.loss < others.loss
        }
        return one.score > other.score
    }

    private func evaluation(
        _ quantizer: inout Quantizer, _ layers: Set<Int>
    ) throws(QuantizationError) -> Evaluation {
        try quantizer.evaluation(try quantizer.model(layers: layers, form: .simulated).model.model)
    }

    private mutating func measureSensitivities(_ quantizer: inout Quantizer) throws(QuantizationError) {
        for layer in layers.sorted() {
            quantizer.tell("trying '\(quantizer.float.layers[layer].name)' by itself")
            let alone = try quantizer.model(layers: [layer], form: .simulated).model
            let noise = try quantizer.noise(alone, of: quantizer.answers)
            sensitivities[layer] = .sum(noise.values)
        }
    }
}
