/// The range that leaves out no more than a share of the numbers at either end.
struct PercentileRange {
    /// From 0.5 to 1.
    var share: Double

    init(_ share: Double) { self.share = share }

    func range(_ histogram: Histogram) -> ClosedRange<Float> {
        let allowed = (1 - share) * Double(histogram.count)
        let bins = histogram.bins
        let half = histogram.width / 2
        // Zero is within any range, so what is left out has one sign.
        let highest = Self.end(bins.reversed().prefix { $0.middle > 0 }, leavingOut: allowed).map { $0 + half } ?? 0
        let lowest = Self.end(bins.prefix { $0.middle < 0 }, leavingOut: allowed).map { $0 - half } ?? 0
        return max(Float(lowest), histogram.minimum)...min(Float(highest), histogram.maximum)
    }

    /// The middle of the first bin, from the end on, that has more numbers together with those before it than may be left out.
    private static func end(_ bins: some Sequence<(middle: Double, count: Double)>, leavingOut allowed: Double)
        -> Double?
    {
        var count = 0.0
        for bin in bins {
            count += bin.count
            if count > allowed { return bin.middle }
        }
        return nil
    }
}
