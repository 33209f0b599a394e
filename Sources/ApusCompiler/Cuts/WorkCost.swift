import ApusPlan

/// What an instruction costs, in cycles of a core, before anybody has measured it.
struct WorkCost {
    private let core = CoreModel()
    /// The share of its multiply-adds that a core does of those there is time for.
    private let efficiency = 0.8
    /// Bytes that stay in the second cache, and bytes that come from there or from farther away in a cycle.
    private let nearBytes = 512 * 1024
    private let nearBandwidth = 24.0
    private let farBandwidth = 8.0

    func productCycles(of work: Work, lanes: Int) -> Double {
        Double(work.multiplyAdds) / (core.multiplyAdds * Double(lanes) * efficiency)
    }

    func byteCycles(_ bytes: Int) -> Double { Double(bytes) / (bytes > nearBytes ? farBandwidth : nearBandwidth) }

    func cycles(of work: Work, lanes: Int) -> Double {
        max(productCycles(of: work, lanes: lanes), byteCycles(work.read + work.written))
    }
}
