/// The range whose codes have the least sum of squared errors.
///
/// Ends are moved towards zero, one after the other: what is gained is a smaller step for most numbers, what is lost are those beyond
/// the end. Sung, Shin and Hwang, "Resiliency of Deep Neural Networks under Quantization" (2015), choose steps by this error.
enum LeastSquaresRange {
    /// Places of an end that are tried, between zero and where it was.
    private static let places = 128
    /// How often both ends are moved.
    private static let rounds = 2

    static func range(_ histogram: Histogram) -> ClosedRange<Float> {
        let bins = histogram.bins
        var best = histogram.minimum...histogram.maximum
        var least = error(of: best, bins)
        for _ in 0..<rounds {
            let before = best
            for isUpper in [true, false] {
                let end = isUpper ? histogram.maximum : histogram.minimum
                guard end != 0 else { continue }
                for place in 1...places {
                    let moved = end * Float(place) / Float(places)
                    let range = isUpper ? best.lowerBound...moved : moved...best.upperBound
                    let error = error(of: range, bins)
                    // Of equal ones the wider.
                    if error < least
                        || error == least && (range.upperBound - range.lowerBound > best.upperBound - best.lowerBound)
                    {
                        (best, least) = (range, error)
                    }
                }
            }
            if best == before { break }
        }
        return best
    }

    /// The sum of squared errors of the codes that a range has.
    private static func error(of range: ClosedRange<Float>, _ bins: [(middle: Double, count: Double)]) -> Double {
        let scale = CodeScale(range)
        var sum = 0.0
        for bin in bins {
            let difference = bin.middle - scale.rounded(bin.middle)
            sum += bin.count * difference * difference
        }
        return sum
    }
}
