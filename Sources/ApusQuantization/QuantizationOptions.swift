/// How a model is quantized.
package struct QuantizationOptions: Sendable, Equatable {
    /// Whether something is done that lowers the noise of some networks, and raises that of others.
    package enum Choice: String, Sendable, CaseIterable {
        /// Where it lowers the noise of the answers to calibration samples.
        case automatic = "auto"
        case always, never
    }

    /// How the range of an activation is chosen of what was seen of it.
    package var method: CalibrationMethod
    /// Whether channels of activations are brought to like ranges, where they differ widely.
    package var equalization: Choice
    /// Whether biases make up for what the rounding of weights adds to their channel in the mean.
    package var biasCorrection: Choice
    /// Layers that stay in f32, by the names of their results.
    package var kept: [String]
    /// By how many points the score on held-out samples may fall: of the accuracy, R² or F1 in hundredths. Nil for any fall.
    package var maximumDrop: Double?
    /// Whether each layer is tried by itself, also where that isn't needed.
    package var measuresSensitivity: Bool

    package init(
        method: CalibrationMethod = .standard, equalization: Choice = .automatic, biasCorrection: Choice = .automatic,
        kept: [String] = [], maximumDrop: Double? = nil, measuresSensitivity: Bool = false
    ) {
        self.method = method
        self.equalization = equalization
        self.biasCorrection = biasCorrection
        self.kept = kept
        self.maximumDrop = maximumDrop
        self.measuresSensitivity = measuresSensitivity
    }
}
