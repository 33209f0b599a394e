import ApusInstructions
import ApusPlan

/// An instruction as threads share it, with two of them at work.
struct SharedTask {
    let partitions: [Partition]
    /// Cycles of one thread.
    let cycles: Double
    let completesResult: Bool
    /// The activations that it writes.
    let results: [Operand]
    /// The activations that it reads, each with its number and bytes.
    private let sources: [(operand: Operand, number: Int, bytes: Double)]
    private let work: Work
    private let lanes: Int
    private let cost: WorkCost

    /// Bytes of another core's cache that are read in a cycle.
    private static let transferBandwidth = 8.0

    /// Nil where its parameters are wrong.
    init?(_ instruction: Instruction, lanes: Int, _ cost: WorkCost) {
        guard let definition = try? instruction.definition(lanes: lanes),
            let work = try? instruction.work(samples: 1, lanes: lanes)
        else { return nil }
        self.work = work
        self.lanes = lanes
        self.cost = cost
        cycles = cost.cycles(of: work, lanes: lanes)
        completesResult = definition.completesResult
        partitions = instruction.partitions(lanes: lanes)
        let extents = definition.operands(samples: instruction.repeats)
        let activations = instruction.operands.indices.filter { instruction.operands[$0].arena == .activations }
        results = activations.filter { [.write, .update].contains(extents[$0].access) }
            .map { instruction.operands[$0] }
        sources = activations.filter { [.read, .update].contains(extents[$0].access) }
            .map { (instruction.operands[$0], $0, Double(extents[$0].bytes.count)) }
    }

    /// Cycles until so many threads, each with a part, have done all, whatever it is that they read.
    func cycles(of partition: Partition, threads: Int) -> Double {
        let parts = min(threads, partition.units)
        let longest = Double((partition.units + parts - 1) / parts) / Double(partition.units)
        let own = max(0, work.read + work.written - partition.sharedBytes)
        let products = cost.productCycles(of: work, lanes: lanes) * longest
        return max(products, cost.byteCycles(own) * longest) + cost.byteCycles(partition.sharedBytes)
    }

    /// What keeps it from being quicker on more threads.
    func limit(of partition: Partition, parts: Int, threads: Int) -> SharingEstimate.Limit {
        let count = min(parts, partition.units)
        let share = Double((partition.units + count - 1) / count) / Double(partition.units)
        let products = cost.productCycles(of: work, lanes: lanes) * share
        let own = cost.byteCycles(max(0, work.read + work.written - partition.sharedBytes)) * share
        let shared = cost.byteCycles(partition.sharedBytes)
        let greatest = max(products, own, shared, CutChoice.handOver)
        if greatest == CutChoice.handOver { return .handOver }
        if greatest == shared { return .shared }
        if share > 1.2 / Double(threads) { return .parts }
        return greatest == products ? .products : .bytes
    }

    /// Cycles in which one of two threads brings from the other's cache what that made of the sources.
    ///
    /// - Parameters:
    ///   - partition: nil where one thread does all.
    ///   - spreads: how the sources were made; those that aren't there come from outside.
    func transfer(_ partition: Partition?, _ spreads: [Operand: Spread]) -> Double {
        // What the second part reads of an operand that is cut begins elsewhere; where an image's rows are cut, it does not.
        let offsets = partition.flatMap { $0.isContiguous ? $0.part(1..<2).offsets : nil }
        var bytes = 0.0
        for source in sources {
            guard let made = spreads[source.operand] else { continue }
            guard let partition else {
                bytes += made == .whole ? 0 : source.bytes / 2
                continue
            }
            let isCut = offsets.map { $0[source.number] != 0 } ?? true
            if isCut, made != .mixed, made == Spread(partition) { continue }
            bytes += source.bytes * (made == .whole ? 1 : 0.5) * (isCut ? 0.5 : 1)
        }
        return bytes / Self.transferBandwidth
    }
}
