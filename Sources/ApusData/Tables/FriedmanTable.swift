import Glibc

/// A table for regression, each row a pure function of (seed, index): the first test function of J. H. Friedman, "Multivariate
/// Adaptive Regression Splines" (1991), section 4.3, equation 61:
///
///     y = 10 sin(π·x₁·x₂) + 20 (x₃ − 1/2)² + 10·x₄ + 5·x₅ + noise
///
/// Ten features are uniform in [0, 1); the last five are there to be ignored. The noise is normal with the deviation 1, so that
/// no regression has a mean squared error below 1 on new rows but by luck. The variance of y without it is 23.8.
public struct FriedmanTable: Sendable {
    public let seed: UInt64
    /// The deviation of the noise.
    public let noise: Float

    public init(seed: UInt64, noise: Float = 1) {
        self.seed = seed
        self.noise = noise
    }

    /// The names of the features, in their order.
    public static let featureNames = (1...10).map { "x\($0)" }

    /// The features and the target of a row.
    public func row(_ index: Int) -> (features: [Float], target: Float) {
        var random = CounterRandom(seed: seed, purpose: .tables, stream: UInt64(index))
        let features = Self.featureNames.map { _ in random.uniform() }
        return (features, Self.value(features) + noise * random.normal())
    }

    /// The function without noise, of ten features.
    public static func value(_ x: [Float]) -> Float {
        let deviation = x[2] - 0.5
        return 10 * sinf(Float.pi * x[0] * x[1]) + 20 * deviation * deviation + 10 * x[3] + 5 * x[4]
    }

    /// The rows `range` as CSV, with a line of names; the target is `y`. Numbers are written so that they read back the same.
    public func csv(_ range: Range<Int>) -> String {
        var text = Self.featureNames.joined(separator: ",") + ",y\n"
        for index in range {
            let (features, target) = row(index)
            text += (features + [target]).map(\.description).joined(separator: ",") + "\n"
        }
        return text
    }
}

extension Dataset {
    /// Rows of ten features with a target of one number: those of the indices `first..<first + count`. See ``FriedmanTable``.
    public static func friedman(count: Int, seed: UInt64, first: Int = 0) throws(DataError) -> Dataset {
        let rows = (first..<first + count).map(FriedmanTable(seed: seed).row)
        let names = FriedmanTable.featureNames
        return try Dataset(
            inputs: [DataColumn(count: count, sampleShape: [names.count], elements: .floats(rows.flatMap(\.features)))],
            targets: DataColumn(count: count, sampleShape: [1], elements: .floats(rows.map(\.target))),
            featureNames: names)
    }
}
