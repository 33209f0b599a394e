import ApusGraph
package import ApusTraining

/// What became of a model: by layer, by value, and as a whole.
package struct QuantizationReport: Sendable {
    /// A range of numbers, and the codes for it.
    package struct Range: Sendable {
        package var minimum: Float
        package var maximum: Float
        /// Nil where it stays f32.
        package var scale: CodeScale?
        /// The share of numbers beyond the codes; nil where there are none.
        package var saturated: Double?
    }

    /// A convolution or a dense layer.
    package struct LayerEntry: Sendable {
        package var name: String
        /// The operator's name.
        package var kind: String
        package var multiplyAdds: Int
        package var weights: Int
        /// The largest magnitude of the weights.
        package var largestWeight: Float
        /// Why it stays in f32; nil where it is in 8 bits.
        package var reason: String?
        /// Of its result, behind its activation function where codes are made there; nil where it was not looked at.
        package var range: Range?
        /// Of the same value, in the quantized model; nil where it is not known.
        package var signalToNoise: SignalToNoise?
        /// Of the answer, where this layer alone is in 8 bits; nil where that was not tried.
        package var sensitivity: SignalToNoise?
    }

    /// A value that becomes codes and is no layer's result.
    package struct ValueEntry: Sendable {
        package var name: String
        /// The operator that makes it, or `input`.
        package var kind: String
        package var range: Range
        package var signalToNoise: SignalToNoise?
    }

    /// Operators of one name that are no layers and are computed in floating point.
    package struct FloatEntry: Sendable {
        package var name: String
        package var calls: Int
        package var reason: String
    }

    package var model: String
    package var method: CalibrationMethod
    package var samples: Int
    package var heldOut: Int
    package var layers: [LayerEntry]
    package var values: [ValueEntry]
    package var floats: [FloatEntry]
    package var equalized: [Equalization.Change]
    package var correctsBiases: Bool
    /// Of the answer as a whole.
    package var signalToNoise: SignalToNoise
    /// How well the held-out samples are answered; nil where that was not to be found out.
    package var before: Evaluation?
    package var after: Evaluation?

    init(
        _ quantizer: Quantizer, _ search: LayerSearch, _ quantized: QuantizedModel, _ placement: Placement,
        shown: [Int: ValueID], noise: [String: SignalToNoise]
    ) {
        let float = quantizer.float
        let scales = Dictionary(uniqueKeysWithValues: zip(placement.points, quantized.scales))
        func range(_ value: ValueID) -> Range? {
            guard let histogram = quantizer.calibrated.seen(value)?.histogram else { return nil }
            return Range(
                minimum: histogram.minimum, maximum: histogram.maximum, scale: scales[value],
                saturated: scales[value].map { histogram.share(outside: $0.range) })
        }
        model = float.graph.name
        method = quantizer.options.method
        samples = quantizer.counts.samples
        heldOut = quantizer.counts.heldOut
        layers = float.layers.enumerated().map { number, layer in
            let value = shown[number] ?? layer.result
            return LayerEntry(
                name: layer.name, kind: layer.isDepthwise ? "\(layer.kind), depthwise" : layer.kind,
                multiplyAdds: layer.multiplyAdds, weights: layer.weight.count,
                largestWeight: layer.weight.reduce(0) { max($0, abs($1)) },
                reason: Self.reason(number, search), range: range(value),
                signalToNoise: noise[float.graph[value].name], sensitivity: search.sensitivities[number])
        }
        let producers = float.graph.producers()
        let ofLayers = Set(shown.values)
        values = placement.points.filter { !ofLayers.contains($0) }.compactMap { point in
            range(point).map { range in
                ValueEntry(
                    name: float.graph[point].name,
                    kind: producers[point.index].map { float.graph.nodes[$0].operation.name } ?? "input", range: range,
                    signalToNoise: noise[float.graph[point].name])
            }
        }
        floats = Self.floats(float, placement)
        equalized = quantizer.calibrated.equalized
        correctsBiases = quantizer.correctsBiases
        signalToNoise = .sum(quantizer.answers.compactMap { noise[$0] })
        before = search.before
        after = search.after
    }

    /// Why a layer stays in f32; nil where it doesn't.
    private static func reason(_ number: Int, _ search: LayerSearch) -> String? {
        if search.layers.contains(number) { return nil }
        guard let gain = search.gains[number] else { return "as asked for" }
        if gain > 0 { return "in 8 bits the score on held-out samples is \(formatPoints(gain)) points lower" }
        return gain == 0
            ? "it adds noise to the answer, and the loss on held-out samples"
            : "of those left it adds most noise to the answer, and the score was too low"
    }

    /// What is computed in floating point and is no layer, nor moves elements of codes.
    private static func floats(_ float: FloatModel, _ placement: Placement) -> [FloatEntry] {
        let layers = Set(float.layers.map(\.node))
        var entries: [FloatEntry] = []
        for (number, node) in float.graph.nodes.enumerated() where !layers.contains(number) {
            let role = NodeRole(node, in: float.graph, isLayer: false)
            if role == .move || placement.integerNodes.contains(number) { continue }
            let reason =
                role == .float ? "it has no form in integers" : "what it reads is f32, or nobody reads it as codes"
            let name = node.operation.name
            if let same = entries.firstIndex(where: { $0.name == name && $0.reason == reason }) {
                entries[same].calls += 1
            } else {
                entries.append(FloatEntry(name: name, calls: 1, reason: reason))
            }
        }
        return entries.sorted { ($0.name, $0.reason) < ($1.name, $1.reason) }
    }
}
