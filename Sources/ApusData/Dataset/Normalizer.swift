/// Checks the numbers that turn bytes into a network's input: `(byte · scale − mean) / standardDeviation`.
/// - Throws: ``DataError`` where one is not finite, the scale or a deviation is 0, or there is neither one number nor one
///   for each channel.
func checkNormalization(scale: Float, mean: [Float], standardDeviation: [Float], channels: Int? = nil) throws(DataError)
{
    guard scale.isFinite, scale != 0 else {
        throw DataError(problem: "input preparation: scale is \(scale)", remedy: "give a number other than 0")
    }
    try checkNumbers(mean, "mean", channels: channels)
    try checkNumbers(standardDeviation, "standard deviation", channels: channels)
    for number in standardDeviation where number <= 0 {
        throw DataError(
            problem: "input preparation: standard deviation is \(number)", remedy: "give numbers greater than 0")
    }
}

private func checkNumbers(_ numbers: [Float], _ name: String, channels: Int?) throws(DataError) {
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

/// Numbers of a scale, and one mean and one deviation for each channel, as a factor and a term: `x · multiplier + offset`.
public struct Normalizer: Sendable {
    let multipliers: [Float]
    let offsets: [Float]

    /// - Parameters: as ``checkNormalization(scale:mean:standardDeviation:channels:)`` has checked them.
    init(scale: Float, mean: [Float], standardDeviation: [Float], channels: Int) {
        let deviations = (0..<channels).map { standardDeviation[standardDeviation.count == 1 ? 0 : $0] }
        multipliers = deviations.map { scale / $0 }
        offsets = deviations.indices.map { -mean[mean.count == 1 ? 0 : $0] / deviations[$0] }
    }

    /// The mean and the deviation of a preparation, for samples of numbers of this shape, which no scale belongs to.
    ///
    /// Channels are the first dimension, or the first that is not 1.
    /// - Throws: ``DataError`` where there are not as many means or deviations as channels.
    public init(_ preparation: InputPreparation, sampleShape: [Int]) throws(DataError) {
        let channels = max(preparation.mean.count, preparation.standardDeviation.count)
        let known = channels == 1 ? 1 : sampleShape.first { $0 != 1 } ?? 1
        try checkNormalization(
            scale: 1, mean: preparation.mean, standardDeviation: preparation.standardDeviation, channels: known)
        self.init(
            scale: 1, mean: preparation.mean, standardDeviation: preparation.standardDeviation, channels: known)
    }

    /// Normalizes whole samples in their place, each as long as its shape says.
    public func apply(to samples: inout MutableSpan<Float>, sampleElements: Int) {
        let length = sampleElements / multipliers.count
        for index in samples.indices {
            let channel = index % sampleElements / length
            samples[index] = samples[index] * multipliers[channel] + offsets[channel]
        }
    }
}
