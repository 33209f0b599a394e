package import ApusJSON
import ApusTraining

extension QuantizationReport {
    /// The report for programs.
    package var json: JSONValue {
        [
            "model": .string(model),
            "method": .string(method.description),
            "samples": .integer(samples),
            "held_out": .integer(heldOut),
            "layers_in_8_bits": .integer(layers.count { $0.reason == nil }),
            "multiply_adds_in_8_bits": .number(integerShare),
            "weight_bytes": ["f32": .integer(weightBytes.before), "now": .integer(weightBytes.after)],
            "signal_to_noise": Optional(signalToNoise).json,
            "measure": before.map { .string($0.measure.rawValue) } ?? .null,
            "score_f32": before.map { .number($0.score) } ?? .null,
            "score": after.map { .number($0.score) } ?? .null,
            "layers": .array(layers.map(record)),
            "values": .array(
                values.map { value in
                    .object(
                        [.init("name", .string(value.name)), .init("operator", .string(value.kind))]
                            + Self.members(value.range)
                            + [.init("signal_to_noise", value.signalToNoise.json)])
                }),
            "biases_corrected": .bool(correctsBiases),
            "equalized": .array(
                equalized.map { change in
                    [
                        "behind": .string(change.first), "before": .string(change.second),
                        "spread": .float(change.spread),
                    ]
                }),
            "f32": .array(
                floats.map {
                    ["operator": .string($0.name), "calls": .integer($0.calls), "reason": .string($0.reason)]
                }),
        ]
    }

    private func record(_ layer: LayerEntry) -> JSONValue {
        .object(
            [
                .init("name", .string(layer.name)), .init("operator", .string(layer.kind)),
                .init("as", .string(layer.reason == nil ? "i8" : "f32")),
                .init("reason", layer.reason.map { .string($0) } ?? .null),
                .init("multiply_adds", .integer(layer.multiplyAdds)), .init("weights", .integer(layer.weights)),
                .init("largest_weight", .float(layer.largestWeight)),
            ] + Self.members(layer.range) + [
                .init("signal_to_noise", layer.signalToNoise.json),
                .init("signal_to_noise_by_itself", layer.sensitivity.json),
            ])
    }

    private static func members(_ range: Range?) -> [JSONValue.Member] {
        [
            .init("minimum", range.map { .float($0.minimum) } ?? .null),
            .init("maximum", range.map { .float($0.maximum) } ?? .null),
            .init("scale", range?.scale.map { .float($0.scale) } ?? .null),
            .init("zero_point", range?.scale.map { .integer($0.zeroPoint) } ?? .null),
            .init("saturated", range?.saturated.map { .number($0) } ?? .null),
        ]
    }
}

extension SignalToNoise? {
    /// In decibels; null where there is no noise, or nothing was compared.
    var json: JSONValue { self.map { $0.decibels.isFinite ? .number($0.decibels) : .null } ?? .null }
}
