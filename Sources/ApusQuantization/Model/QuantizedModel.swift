package import ApusGraph

/// A model whose layers read and write codes.
package struct QuantizedModel: Sendable {
    package var model: Model
    /// For the float model's values that are something else here: the name of what their readers read.
    package var names: [String: String]
    /// The scales of the placement's points.
    package var scales: [CodeScale]

    /// How a quantized model is written.
    package enum Form: Sendable {
        /// Weights and biases are constants of whole numbers.
        case codes
        /// Weights and biases are numbers of f32, of the same values: quicker to compile, for trials.
        case simulated
    }

    /// A model whose values have the float model's names and no codes.
    init(_ model: Model) {
        self.model = model
        (names, scales) = ([:], [])
    }

    /// - Parameters:
    ///   - placement: what becomes codes.
    ///   - scales: of its points.
    ///   - means: samples, of layers' operands by name, where biases are to be corrected.
    package init(
        _ float: FloatModel, _ placement: Placement, scales: [CodeScale], means: [String: [Double]] = [:],
        form: Form = .codes
    ) throws(QuantizationError) {
        do {
            var writer = try QuantizedGraphWriter(
                float, placement, scales: scales, weightScales: [:], means: means, form: form)
            (model, names) = try writer.finished()
        } catch {
            throw .graph(error)
        }
        self.scales = scales
    }
}
