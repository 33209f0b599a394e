/// How a model is quantized.
public struct QuantizationOptions: Sendable, Equatable {
    /// How the range of an activation is chosen of what was seen of it.
    public var method: CalibrationMethod
    /// Whether channels of activations are brought to like ranges, where they differ widely.
    public var equalizes: Bool
    /// Whether biases make up for what the rounding of weights adds to their channel in the mean.
    public var correctsBiases: Bool
    /// Layers that stay in f32, by the names of their results.
    public var kept: [String]
    /// By how many points the score on held-out samples may fall: of the accuracy, R² or F1 in hundredths. Nil for any fall.
    public var maximumDrop: Double?
    /// Whether each layer is tried by itself, also where that isn't needed.
    public var measuresSensitivity: Bool

    public init(
        method: CalibrationMethod = .standard, equalizes: Bool = true, correctsBiases: Bool = true, kept: [String] = [],
        maximumDrop: Double? = nil, measuresSensitivity: Bool = false
    ) {
        self.method = method
        self.equalizes = equalizes
        self.correctsBiases = correctsBiases
        self.kept = kept
        self.maximumDrop = maximumDrop
        self.measuresSensitivity = measuresSensitivity
    }
}
