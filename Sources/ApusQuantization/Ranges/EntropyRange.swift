import Glibc

/// The range whose codes lose the least information of how numbers are distributed.
///
/// Migacz, "8-bit Inference with TensorRT" (GPU Technology Conference 2017), "Entropy Calibration": the distribution with what is beyond
/// the range counted at its ends is compared with what codes keep of it, by the divergence of Kullback and Leibler. Both ends are at one
/// distance of zero, or where the numbers end. Zeros are left out: any range has a code for them.
///
/// Few numbers differ more from bin to bin than what they are samples of, which would be taken for information. What that adds to a
/// divergence is taken off: half a number's share for each bin more than codes (Miller, "Note on the Bias of Information Estimates", 1955).
enum EntropyRange {
    /// Distances that are tried, up to the largest number.
    private static let places = 128
    /// The first of them.
    private static let firstPlace = 8
    /// What takes the place of a probability of zero.
    private static let smallest = 1e-9

    static func range(_ histogram: Histogram) -> ClosedRange<Float> {
        let bins = histogram.bins
        let reach = max(-histogram.minimum, histogram.maximum)
        var best = histogram.minimum...histogram.maximum
        var least = Double.infinity
        for place in firstPlace...places {
            let distance = reach * Float(place) / Float(places)
            let range = max(histogram.minimum, -distance)...min(histogram.maximum, distance)
            let divergence = divergence(of: range, bins)
            // Of equal ones the wider.
            if divergence <= least { (best, least) = (range, divergence) }
        }
        return best
    }

    /// Σ p · log(p / q) over the bins within the range.
    private static func divergence(of range: ClosedRange<Float>, _ bins: [(middle: Double, count: Double)]) -> Double {
        let scale = CodeScale(range)
        let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
        let inside = bins.filter { $0.middle >= low && $0.middle <= high }
        guard !inside.isEmpty else { return .infinity }
        var reference = inside.map(\.count)
        for bin in bins {
            if bin.middle < low { reference[0] += bin.count }
            if bin.middle > high { reference[reference.count - 1] += bin.count }
        }
        // What has one code can't be told apart any more.
        var (sums, sizes) = ([Double](repeating: 0, count: 256), [Double](repeating: 0, count: 256))
        let codes = inside.map { scale.code(of: $0.middle) }
        for (code, bin) in zip(codes, inside) {
            sums[code] += bin.count
            sizes[code] += 1
        }
        let total = reference.reduce(0, +)
        let kept = inside.reduce(0) { $0 + $1.count }
        var divergence = 0.0
        for (count, code) in zip(reference, codes) {
            let p = count / total
            let q = max(sums[code] / sizes[code] / kept, smallest)
            divergence += p * log(p / q)
        }
        let surplus = inside.count - sizes.count { $0 > 0 }
        return divergence - Double(surplus) / (2 * total)
    }
}
