package import ApusGraph

/// What a training graph makes smaller: a loss of the language, or the choice of one.
///
/// The raw value is the loss's name with hyphens, `mean-squared-error`, or `automatic`.
public struct Loss: RawRepresentable, Sendable, Hashable, CaseIterable {
    public let rawValue: String

    /// The loss of that name, with hyphens or underscores; nil where there is none.
    public init?(rawValue: String) {
        self.init(name: rawValue)
        guard self == .automatic || operation != nil else { return nil }
    }

    private init(name: String) { rawValue = String(name.map { $0 == "_" ? "-" : $0 }) }

    /// Logit cross-entropy: on the operand of the softmax or log-softmax that makes the output, else on the output.
    public static let automatic = Loss(name: "automatic")
    /// Logit cross-entropy on the output as it stands.
    public static let logitCrossEntropy = Loss(name: LogitCrossEntropy.name)
    /// Cross-entropy on the output, which must be probabilities.
    public static let crossEntropy = Loss(name: CrossEntropy.name)
    /// The mean of squared differences from targets.
    public static let meanSquaredError = Loss(name: MeanSquaredError.name)

    /// The automatic choice, then every loss in the order of the language reference.
    public static var allCases: [Loss] { [.automatic] + OperatorCatalogue.losses.map { Loss(name: $0.name) } }

    /// The operator, with its default attributes; nil for the automatic choice.
    package var operation: (any LossOperator)? {
        OperatorCatalogue.loss(named: String(rawValue.map { $0 == "-" ? "_" : $0 }))
    }
}
