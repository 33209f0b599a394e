import Glibc

/// How large a value is beside what quantizing adds to it.
package struct SignalToNoise: Sendable, Equatable {
    /// Sums of squares: of the value, and of the differences from it.
    package var signal = 0.0
    package var noise = 0.0

    package init() {}

    /// Ten times the decimal logarithm of the ratio; infinite where there is no difference.
    package var decibels: Double {
        if noise == 0 { return .infinity }
        return signal == 0 ? -.infinity : 10 * log10(signal / noise)
    }

    /// That of several values together.
    static func sum(_ measures: some Sequence<SignalToNoise>) -> SignalToNoise {
        measures.reduce(into: SignalToNoise()) { sum, measure in
            sum.signal += measure.signal
            sum.noise += measure.noise
        }
    }

    mutating func add(_ value: Span<Float>, _ other: Span<Float>) {
        for index in value.indices {
            let difference = Double(value[index]) - Double(other[index])
            signal += Double(value[index]) * Double(value[index])
            noise += difference * difference
        }
    }
}

extension SignalToNoise {
    /// Compares values of a quantized model with those of the float model, on the same samples.
    ///
    /// - Parameter names: of the float model's values.
    /// - Returns: one for each name.
    static func measure(
        _ float: FloatModel, _ quantized: QuantizedModel, names: [String], on samples: CalibrationSamples
    ) throws(QuantizationError) -> [String: SignalToNoise] {
        var reference = try Observation(
            float.model, names: names, preparation: samples.preparation, machine: samples.machine)
        var other = try Observation(
            quantized.model, names: names.map { quantized.names[$0] ?? $0 }, preparation: samples.preparation,
            machine: samples.machine)
        let places = Dictionary(uniqueKeysWithValues: other.names.enumerated().map { ($1, $0) })
        var measures = reference.names.map { _ in SignalToNoise() }
        let (source, otherSource) = (try reference.source(samples.dataset), try other.source(samples.dataset))
        let batch = min(reference.batch, other.batch)
        for first in stride(from: 0, to: samples.dataset.count, by: batch) {
            let count = min(batch, samples.dataset.count - first)
            try reference.answer(source, first: first, count: count)
            try other.answer(otherSource, first: first, count: count)
            for (number, name) in reference.names.enumerated() {
                guard let place = places[quantized.names[name] ?? name] else { continue }
                let elements = count * reference.sizes[number]
                reference.outputs[number].withElements(elements) { values in
                    other.outputs[place].withElements(elements) { measures[number].add(values, $0) }
                }
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(reference.names, measures))
    }
}
