package import ApusGraph

/// A model whose dense layers have weights of few bits, and numbers of f32 for all else; and what is to be said of it.
package struct WeightQuantization: Sendable {
    package var model: Model
    package var report: WeightReport

    /// - Parameters:
    ///   - kept: layers that stay in f32, by the names of their results.
    ///   - samples: what the answers are compared on; nil compares the weights alone.
    ///   - progress: is told what is done next.
    package init(
        _ trained: Model, bits: WeightBits, kept: [String] = [], samples: CalibrationSamples? = nil,
        progress: @Sendable (String) -> Void = { _ in }
    ) throws(QuantizationError) {
        let float = try FloatModel(trained)
        let dense = float.layers.indices.filter { float.layers[$0].kind == Dense.name }
        guard !dense.isEmpty else { throw .noDenseLayers(model: trained.graph.name) }
        for name in kept where !dense.contains(where: { float.layers[$0].name == name }) {
            throw .unknownLayer(name, layers: dense.map { float.layers[$0].name })
        }
        var codes: [Int: BlockCodes] = [:]
        for number in dense where !kept.contains(float.layers[number].name) {
            let layer = float.layers[number]
            progress("choosing scales for '\(layer.name)'")
            codes[number] = BlockCodes(layer.weight, inputs: layer.inputs, bits: bits)
        }
        do { model = try BlockGraphWriter.model(float, codes: codes) } catch { throw .graph(error) }
        report = WeightReport(
            model: trained.graph.name, bits: bits,
            layers: dense.map { WeightReport.Layer(float.layers[$0], codes[$0], bits: bits) })
        guard let samples else { return }
        progress("comparing with f32 on \(samples.dataset.count) samples")
        let noise = try SignalToNoise.measure(
            float, QuantizedModel(model), names: float.answers, on: samples)
        report.answers = WeightReport.Answers(
            samples: samples.dataset.count, signalToNoise: .sum(noise.values),
            before: try samples.evaluationOfTargets(float.model), after: try samples.evaluationOfTargets(model))
    }
}
