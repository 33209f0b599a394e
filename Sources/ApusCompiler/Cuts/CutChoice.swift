import ApusInstructions
import ApusPlan

/// Decides which instructions of a body threads share where they answer one sample together, and how these are cut.
///
/// An instruction is cut where its estimated time is worth the hand-over, along the axis whose parts take the least time: those that are
/// nearly equal, and read little that all of them read. Into how many parts depends on the plan alone; who runs it makes no more of
/// them than it has threads.
struct CutChoice {
    let lanes: Int
    private let cost = WorkCost()

    /// Cycles that a part takes at least: four times what handing it over and waiting for the last takes.
    private static let minimumPart = 6_000.0
    /// Numbers of threads for which the axis is chosen, each as important as the other.
    private static let threads = [2, 16]

    /// The best cut, or nil where one thread does better by itself.
    func cut(_ instruction: Instruction) -> Cut? {
        guard let work = try? instruction.work(samples: 1, lanes: lanes) else { return nil }
        let cycles = cost.cycles(of: work, lanes: lanes)
        guard cycles >= 2 * Self.minimumPart else { return nil }
        let partitions = instruction.partitions(lanes: lanes)
        let times = partitions.map { partition in
            Self.threads.reduce(0) { $0 + Double($1) * time(of: partition, of: work, threads: $1) }
        }
        guard let best = times.indices.min(by: { times[$0] < times[$1] }) else { return nil }
        let partition = partitions[best]
        let parts = min(partition.units, Int(cycles / Self.minimumPart), Cut.partLimit)
        return parts < 2 ? nil : Cut(partition.axis, parts: parts)
    }

    /// Cycles until so many threads, each with a part, have done all.
    func time(of partition: Partition, of work: Work, threads: Int) -> Double {
        let parts = min(threads, partition.units)
        let longest = Double((partition.units + parts - 1) / parts) / Double(partition.units)
        let own = max(0, work.read + work.written - partition.sharedBytes)
        let products = cost.productCycles(of: work, lanes: lanes) * longest
        return max(products, cost.byteCycles(own) * longest) + cost.byteCycles(partition.sharedBytes)
    }
}

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
