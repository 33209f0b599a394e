import ApusInstructions
import ApusPlan

/// Decides which instructions of a body threads share where they answer one sample together, and how these are cut.
///
/// A way to cut the whole body takes the time of its parts, of handing them over, and of what threads bring from each other's caches: what
/// one of them made and another reads. The last depends on how the instructions before were cut, so the ways are followed side by side
/// through the body, and of those that leave the last value shared in the same manner the best goes on. Into how many parts an
/// instruction is cut depends on the plan alone; who runs it makes no more of them than it has threads.
///
/// - Complexity: the number of instructions, by that of the values that are live at once.
struct CutChoice {
    let lanes: Int
    private let cost = WorkCost()
    private let body: [Instruction]
    /// The last instruction that reads what begins there.
    private let lastReaders: [Operand: Int]

    /// Cycles in which a thread hands parts over and waits for the last of them.
    static let handOver = 800.0
    /// Cycles after which threads that have nothing to do are asleep, and cycles in which one that works wakes them.
    private static let patience = 150_000.0
    private static let waking = 25_000.0
    /// Cycles that a part takes at least.
    private static let minimumPart = 4_000.0
    /// What a thread wins must be this share of an instruction's time, or more: others may be late.
    private static let minimumGain = 0.1

    private init(_ body: [Instruction], lanes: Int) {
        self.body = body
        self.lanes = lanes
        var readers: [Operand: Int] = [:]
        for (index, instruction) in body.enumerated() {
            for operand in instruction.operands where operand.arena == .activations { readers[operand] = index }
        }
        lastReaders = readers
    }

    /// The cuts of a body's instructions.
    static func cuts(of body: [Instruction], lanes: Int) -> [Cut?] {
        let choice = CutChoice(body, lanes: lanes)
        var ways = [Way()]
        for index in body.indices { ways = choice.next(ways, index) }
        let cuts = ways.min { $0.cycles < $1.cycles }?.cuts() ?? []
        return choice.completed(cuts)
    }

    /// Ways that go on with an instruction: the best of those after which the threads share its results in the same manner.
    private func next(_ ways: [Way], _ index: Int) -> [Way] {
        guard let task = SharedTask(body[index], lanes: lanes, cost) else {
            return ways.map { $0.adding(nil, cycles: 0) }
        }
        if task.completesResult { return ways.map { $0.adding(nil, cycles: 0) } }
        var best: [Spread: Way] = [:]
        for option in options(of: task) {
            for way in ways {
                let transfer = task.transfer(option.partition, way.spreads)
                let waking = option.cut != nil && way.cyclesAlone > Self.patience ? Self.waking : 0
                let next = way.adding(option.cut, cycles: option.cycles + transfer + waking)
                if best[option.spread].map({ next.cycles < $0.cycles }) ?? true { best[option.spread] = next }
            }
        }
        // In the order of the cases: which of equals goes on must not depend on the order of a dictionary.
        return Spread.allCases.compactMap { spread in
            best[spread].map { way in
                var way = way
                for operand in task.results { way.spreads[operand] = spread }
                for operand in body[index].operands where lastReaders[operand] == index {
                    way.spreads[operand] = nil
                }
                return way
            }
        }
    }

    private struct Option {
        var partition: Partition?
        var cut: Cut?
        var cycles: Double
        var spread: Spread
    }

    /// The whole, and each partition that is worth while where nothing comes from other threads.
    private func options(of task: SharedTask) -> [Option] {
        let whole = Option(partition: nil, cut: nil, cycles: task.cycles, spread: .whole)
        guard task.cycles >= 2 * Self.minimumPart else { return [whole] }
        return task.partitions.reduce(into: [whole]) { options, partition in
            let cycles = Self.handOver + task.cycles(of: partition, threads: 2)
            guard cycles < (1 - Self.minimumGain) * task.cycles else { return }
            let parts = max(2, min(partition.units, Int(task.cycles / Self.minimumPart), Cut.partLimit))
            options.append(
                Option(
                    partition: partition, cut: Cut(partition.axis, parts: parts), cycles: cycles,
                    spread: Spread(partition)))
        }
    }

    /// With the cuts of instructions that only complete what the one before makes: their parts follow its parts.
    private func completed(_ cuts: [Cut?]) -> [Cut?] {
        var cuts = cuts
        for index in cuts.indices.dropFirst() {
            guard let before = cuts[index - 1], !before.follows,
                (try? body[index].definition(lanes: lanes))?.completesResult == true,
                body[index].partitions(lanes: lanes).contains(where: {
                    $0.axis == before.axis && $0.units >= before.parts
                })
            else { continue }
            cuts[index] = Cut(before.axis, parts: before.parts, follows: true)
        }
        return cuts
    }
}

/// Which thread made which part of a value.
enum Spread: CaseIterable {
    /// One thread made all of it.
    case whole
    /// Each made a part that lies together in memory.
    case contiguous
    /// Each made some rows of each block.
    case rows
    /// Any other way.
    case mixed

    init(_ partition: Partition) {
        self = partition.isContiguous ? .contiguous : partition.axis == .rows ? .rows : .mixed
    }
}

/// A way to cut the instructions up to here.
private struct Way {
    private(set) var cycles = 0.0
    /// Those since the last instruction that is cut.
    private(set) var cyclesAlone = 0.0
    /// How what is still read was made.
    var spreads: [Operand: Spread] = [:]
    private var last: Link?

    /// The cuts so far, the last one first: ways have their beginnings in common.
    private final class Link {
        let cut: Cut?
        let before: Link?

        init(_ cut: Cut?, before: Link?) {
            self.cut = cut
            self.before = before
        }
    }

    func adding(_ cut: Cut?, cycles: Double) -> Way {
        var way = self
        way.cycles += cycles
        way.cyclesAlone = cut == nil ? cyclesAlone + cycles : 0
        way.last = Link(cut, before: last)
        return way
    }

    func cuts() -> [Cut?] {
        var cuts: [Cut?] = []
        var link = last
        while let current = link {
            cuts.append(current.cut)
            link = current.before
        }
        return cuts.reversed()
    }
}
