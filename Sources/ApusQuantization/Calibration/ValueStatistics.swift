/// What was seen of a value.
package struct ValueStatistics: Sendable, Equatable {
    package var histogram = Histogram()
    /// The largest magnitude within each channel or feature, the second dimension; empty where there is none.
    package var channelMaxima: [Float]
    /// Of each element of a row, over all rows.
    private var sums: [Double]
    private var rows = 0

    /// - Parameters:
    ///   - rowSize: elements of a step along the first dimension: of a sample, or a part of it.
    ///   - channels: a divisor of these; 0 where there are none.
    init(rowSize: Int, channels: Int) {
        sums = Array(repeating: 0, count: rowSize)
        channelMaxima = Array(repeating: 0, count: channels)
    }

    /// The row that is the mean of all.
    package var means: [Double] { sums.map { $0 / Double(max(rows, 1)) } }

    /// Takes in rows, whole ones.
    mutating func add(_ elements: Span<Float>) {
        histogram.add(elements)
        for start in stride(from: 0, to: elements.count, by: sums.count) {
            // In their order, so that the sums are the same whoever computes them.
            for index in sums.indices { sums[index] += Double(elements[start + index]) }
            rows += 1
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
