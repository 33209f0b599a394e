/// What was seen of a value.
package struct ValueStatistics: Sendable, Equatable {
    package var histogram = Histogram()
    /// Of each channel or feature, the second dimension; empty where there is none.
    package var channels: [Channel]

    /// What was seen of a channel.
    package struct Channel: Sendable, Equatable {
        package var maximumMagnitude: Float = 0
        var sum = 0.0
        var count = 0

        package var mean: Double { count == 0 ? 0 : sum / Double(count) }
    }

    /// Elements of a sample.
    private let sampleSize: Int

    /// - Parameter channels: a divisor of the sample's elements; 0 where there are none.
    init(sampleSize: Int, channels: Int) {
        self.sampleSize = sampleSize
        self.channels = Array(repeating: Channel(), count: channels)
    }

    /// Takes in samples, whole ones.
    mutating func add(_ elements: Span<Float>) {
        histogram.add(elements)
        guard !channels.isEmpty else { return }
        let extent = sampleSize / channels.count
        for start in stride(from: 0, to: elements.count, by: sampleSize) {
            for channel in channels.indices {
                let first = start + channel * extent
                // In order, so that the sum is the same whoever computes it.
                var (sum, largest): (Float, Float) = (0, 0)
                for index in first..<first + extent {
                    sum += elements[index]
                    largest = max(largest, abs(elements[index]))
                }
                channels[channel].sum += Double(sum)
                channels[channel].count += extent
                channels[channel].maximumMagnitude = max(channels[channel].maximumMagnitude, largest)
            }
        }
    }
}
