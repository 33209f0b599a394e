/// Checks the numbers that turn bytes into a network's input: `(byte · scale − mean) / standardDeviation`.
/// - Throws: ``DataError`` where one is not finite, the scale or a deviation is 0, or there is neither one number nor one
///   for each channel.
func checkNormalization(scale: Float, mean: [Float], standardDeviation: [Float], channels: Int? = nil) throws(DataError)
{
    guard scale.isFinite, scale != 0 else {
        throw DataError(problem: "input preparation: scale is \(scale)", remedy: "give a number other than 0")
    }
    for (name, numbers) in [("mean", mean), ("standard deviation", standardDeviation)] {
        guard numbers.count == 1 || channels == nil && !numbers.isEmpty || numbers.count == channels else {
            throw DataError(
                problem: "input preparation: \(name) has \(numbers.count) numbers, and the input "
                    + (channels.map { "has \($0) channels" } ?? "has at least one channel"),
                remedy: "give one number, or one for each channel")
        }
        for number in numbers where !number.isFinite {
            throw DataError(problem: "input preparation: \(name) is \(number)", remedy: "give finite numbers")
        }
    }
    for number in standardDeviation where number <= 0 {
        throw DataError(
            problem: "input preparation: standard deviation is \(number)", remedy: "give numbers greater than 0")
    }
}

/// Numbers of a scale, and one mean and one deviation for each channel, as a factor and a term: `x · multiplier + offset`.
struct Normalizer: Sendable {
    let multipliers: [Float]
    let offsets: [Float]

    /// - Parameters: as ``checkNormalization(scale:mean:standardDeviation:channels:)`` has checked them.
    init(scale: Float, mean: [Float], standardDeviation: [Float], channels: Int) {
        let deviations = (0..<channels).map { standardDeviation[standardDeviation.count == 1 ? 0 : $0] }
        multipliers = deviations.map { scale / $0 }
        offsets = deviations.indices.map { -mean[mean.count == 1 ? 0 : $0] / deviations[$0] }
    }
}
