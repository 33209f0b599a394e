extension DataColumn {
    /// The channels that have a mean and a deviation of their own: the first dimension of a sample, the columns of a table
    /// for example; 1 for images without a dimension of channels, and for single numbers.
    public var channels: Int {
        if case .bytes = elements, sampleShape.count == 2 { return 1 }
        return sampleShape.first ?? 1
    }

    /// Mean and standard deviation of each channel over all samples, the deviation 1 where a channel is constant.
    ///
    /// Bytes are multiplied by `scale` first. The deviation is that of the whole: the sum of squares is divided by the number
    /// of elements. O(elements), summed in double precision in the order of the samples.
    public func statistics(scale: Float) -> (mean: [Float], standardDeviation: [Float]) {
        switch elements {
        case .bytes(let elements): statistics(of: elements, scale: Double(scale)) { Double($0) }
        case .integers(let elements): statistics(of: elements, scale: 1) { Double($0) }
        case .floats(let elements): statistics(of: elements, scale: 1) { Double($0) }
        }
    }

    private func statistics<Element>(of elements: [Element], scale: Double, _ number: (Element) -> Double) -> (
        mean: [Float], standardDeviation: [Float]
    ) {
        let channels = channels
        let length = sampleElements / channels
        let total = Double(count * length)
        guard total > 0 else { return (Array(repeating: 0, count: channels), Array(repeating: 1, count: channels)) }
        func sums(_ term: (Double, Int) -> Double) -> [Double] {
            var sums = [Double](repeating: 0, count: channels)
            for sample in 0..<count {
                for channel in 0..<channels {
                    let start = (sample * channels + channel) * length
                    var sum = 0.0
                    for element in elements[start..<start + length] { sum += term(number(element), channel) }
                    sums[channel] += sum
                }
            }
            return sums
        }
        let means = sums { value, _ in value }.map { $0 / total }
        let variances = sums { value, channel in (value - means[channel]) * (value - means[channel]) }.map {
            $0 / total
        }
        return (
            means.map { Float($0 * scale) },
            variances.map { variance in
                let deviation = Float(variance.squareRoot() * abs(scale))
                return deviation > 0 && deviation.isFinite ? deviation : 1
            }
        )
    }
}
