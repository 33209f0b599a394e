/// Data that is generated where it is used, and needs no files.
public enum GeneratedData: String, Sendable, CaseIterable {
    /// Images of digits, by digit: ``DigitGenerator``.
    case digits
    /// Videos of moving digits, by the direction of motion: ``MovingDigits``.
    case movingDigits = "moving-digits"
    /// A table of ten features and a target: ``FriedmanTable``.
    case friedman

    /// Where the test half begins: far behind all that can be asked for. A multiple of all numbers of classes.
    static let firstOfTest = 1_000_000_000

    /// Samples for training unless another number is asked for; for testing there are a sixth as many, as in MNIST.
    public var count: Int {
        switch self {
        case .digits: 60_000
        case .movingDigits: 12_000
        case .friedman: 6_000
        }
    }

    /// One half of the data.
    /// - Parameters:
    ///   - part: which half. The two have no sample in common.
    ///   - count: samples for training.
    ///   - seed: other seeds give other samples.
    public func load(_ part: Dataset.Part, count: Int, seed: UInt64) throws(DataError) -> Dataset {
        let count = part == .training ? count : max(1, count / 6)
        let first = part == .training ? 0 : Self.firstOfTest
        return switch self {
        case .digits: try .digits(count: count, seed: seed, first: first)
        case .movingDigits: try .movingDigits(count: count, seed: seed, first: first)
        case .friedman: try .friedman(count: count, seed: seed, first: first)
        }
    }
}
