/// How near a model's numbers come to the targets.
public struct RegressionEvaluation: Sendable, Equatable {
    public var samples = 0
    /// Means over all elements of all samples.
    public var meanSquaredError = 0.0
    public var meanAbsoluteError = 0.0
    /// The share of the targets' variance that the answers explain: 1 − Σ (y − t)² / Σ (t − mean t)², both sums over all
    /// elements, each element of a sample with its own mean. 0 is as good as always answering the mean. Where targets are
    /// constant it is 1 if all are met, else −infinity.
    public var rSquared = 0.0

    /// Means and sums of squared differences from them of each element of the targets, as B. P. Welford, "Note on a Method
    /// for Calculating Corrected Sums of Squares and Products" (1962), keeps them.
    private var means: [Double]
    private var squares: [Double]
    private var squaredErrors = 0.0
    private var absoluteErrors = 0.0

    init(elements: Int) {
        means = Array(repeating: 0, count: elements)
        squares = Array(repeating: 0, count: elements)
    }

    /// Takes in one sample. ``finish()`` makes the figures.
    mutating func add(_ answer: ArraySlice<Float>, target: (Int) -> Float) {
        samples += 1
        for (index, value) in answer.enumerated() {
            let wanted = Double(target(index))
            let error = Double(value) - wanted
            squaredErrors += error * error
            absoluteErrors += abs(error)
            let difference = wanted - means[index]
            means[index] += difference / Double(samples)
            squares[index] += difference * (wanted - means[index])
        }
    }

    mutating func finish() {
        let count = Double(max(1, samples * means.count))
        meanSquaredError = squaredErrors / count
        meanAbsoluteError = absoluteErrors / count
        let total = squares.reduce(0, +)
        rSquared = total > 0 ? 1 - squaredErrors / total : squaredErrors == 0 ? 1 : -.infinity
    }
}
