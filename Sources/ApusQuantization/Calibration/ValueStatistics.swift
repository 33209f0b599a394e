/// What was seen of a value.
package struct ValueStatistics: Sendable, Equatable {
    package var histogram = Histogram()
    /// The largest magnitude within each channel or feature, the second dimension; empty where there is none.
    package var channelMaxima: [Float]
    /// Of each element of a sample, over all samples.
    private var sums: [Double]
    private var samples = 0

    /// - Parameters:
    ///   - sampleSize: elements of a sample.
    ///   - channels: a divisor of these; 0 where there are none.
    init(sampleSize: Int, channels: Int) {
        sums = Array(repeating: 0, count: sampleSize)
        channelMaxima = Array(repeating: 0, count: channels)
    }

    /// The sample that is the mean of all.
    package var means: [Double] { sums.map { $0 / Double(max(samples, 1)) } }

    /// Takes in samples, whole ones.
    mutating func add(_ elements: Span<Float>) {
        histogram.add(elements)
        for start in stride(from: 0, to: elements.count, by: sums.count) {
            // In their order, so that the sums are the same whoever computes them.
            for index in sums.indices { sums[index] += Double(elements[start + index]) }
            samples += 1
        }
        guard !channelMaxima.isEmpty else { return }
        let extent = sums.count / channelMaxima.count
        for (run, start) in stride(from: 0, to: elements.count, by: extent).enumerated() {
            var largest: Float = 0
            for index in start..<start + extent { largest = max(largest, abs(elements[index])) }
            let channel = run % channelMaxima.count
            channelMaxima[channel] = max(channelMaxima[channel], largest)
        }
    }
}
