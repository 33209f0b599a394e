/// How the range that codes cover is chosen of what was seen of a value.
package enum CalibrationMethod: Sendable, Hashable, CustomStringConvertible {
    /// From the smallest number to the largest.
    case minmax
    /// All but a share of the numbers at either end; a percentage from 50 to 100.
    case percentile(Double)
    /// The range whose codes tell most of how the numbers are distributed.
    case entropy
    /// The range with the least sum of squared errors.
    case leastSquares

    /// The best one over the networks at hand: docs/QUANTIZATION.md has the figures.
    package static let standard = CalibrationMethod.leastSquares

    /// The percentage where none is given.
    package static let standardPercentile = 99.99

    /// As options name it.
    package var description: String {
        switch self {
        case .minmax: "minmax"
        case .percentile(let share): "percentile \(share)"
        case .entropy: "entropy"
        case .leastSquares: "least-squares"
        }
    }

    /// The range for what was seen.
    package func range(_ histogram: Histogram) -> ClosedRange<Float> {
        guard histogram.maximum > histogram.minimum else { return 0...0 }
        return switch self {
        case .minmax: histogram.minimum...histogram.maximum
        case .percentile(let share): PercentileRange(share / 100).range(histogram)
        case .entropy: EntropyRange.range(histogram)
        case .leastSquares: LeastSquaresRange.range(histogram)
        }
    }
}
