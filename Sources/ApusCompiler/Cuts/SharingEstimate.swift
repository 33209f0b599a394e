import ApusInstructions
package import ApusPlan

/// What the compiler expects of threads that share one sample: the time of each instruction of the body on several numbers of them, and
/// what limits it.
package struct SharingEstimate: Sendable {
    package struct Line: Sendable {
        /// The number of the instruction in the body.
        package var instruction: Int
        /// Cycles on each number of threads.
        package var cycles: [Double]
        package var limit: Limit
        /// Whether no order of the instructions, on however many threads, takes less time than those on this line's path.
        package var isCritical: Bool
    }

    /// What keeps an instruction from being quicker on the largest number of threads.
    package enum Limit: String, Sendable, CaseIterable {
        /// It is left whole, because parts would not be worth their hand-over, or can't be cut.
        case whole
        /// There are fewer parts than threads, or some are larger than others.
        case parts
        /// What every part reads.
        case shared = "shared bytes"
        case handOver = "hand-over"
        case products = "multiply-adds"
        case bytes
    }

    package let threads: [Int]
    package let lines: [Line]
    /// Cycles of the body on each number of threads, one instruction after the other.
    package let cycles: [Double]
    /// Cycles of the instructions that must be run one after the other, each on the largest number of threads.
    package let criticalCycles: Double

    /// - Parameter threads: the numbers of threads, ascending, from 1 on.
    package init(_ plan: Plan, threads: [Int]) {
        let lanes = plan.target.lanes
        let timed = plan.body.enumerated().map { index, instruction in
            Self.line(index, instruction, threads, lanes: lanes)
        }
        let path = Self.criticalPath(plan.body, timed.map { $0.cycles.last ?? 0 }, lanes: lanes)
        self.threads = threads
        lines = timed.map { line in
            var line = line
            line.isCritical = path.contains(line.instruction)
            return line
        }
        cycles = threads.indices.map { index in timed.reduce(0) { $0 + $1.cycles[index] } }
        criticalCycles = path.reduce(0) { $0 + (timed[$1].cycles.last ?? 0) }
    }

    /// Cycles of the body on one thread.
    static func cycles(of plan: Plan) -> Double {
        plan.body.reduce(0) { $0 + cycles(of: $1, lanes: plan.target.lanes) }
    }

    /// Cycles of an instruction on one thread.
    static func cycles(of instruction: Instruction, lanes: Int) -> Double {
        SharedTask(instruction, lanes: lanes, WorkCost())?.cycles ?? 0
    }

    /// Multiply-adds of a core in a cycle, where nothing else limits it.
    package static func multiplyAddsPerCycle(lanes: Int) -> Double { CoreModel().multiplyAdds * Double(lanes) }

    private static func line(_ index: Int, _ instruction: Instruction, _ threads: [Int], lanes: Int) -> Line {
        guard let task = SharedTask(instruction, lanes: lanes, WorkCost()) else {
            return Line(
                instruction: index, cycles: threads.map { _ in 0 }, limit: .whole, isCritical: false)
        }
        let partition = instruction.cut.flatMap { cut in task.partitions.first { $0.axis == cut.axis } }
        guard let cut = instruction.cut, let partition else {
            return Line(
                instruction: index, cycles: threads.map { _ in task.cycles }, limit: .whole, isCritical: false)
        }
        let cycles = threads.map { count in
            let parts = min(count, cut.parts)
            if parts == 1 { return task.cycles }
            return task.cycles(of: partition, threads: parts) + (cut.follows ? 0 : CutChoice.handOver)
        }
        return Line(
            instruction: index, cycles: cycles,
            limit: task.limit(of: partition, parts: min(threads.last ?? 1, cut.parts), threads: threads.last ?? 1),
            isCritical: false)
    }

    /// The instructions of the longest path through those that wait for each other.
    private static func criticalPath(_ body: [Instruction], _ cycles: [Double], lanes: Int) -> Set<Int> {
        let touched = body.map { Touched($0, lanes: lanes) }
        var ends: [Double] = []
        var before: [Int?] = []
        for index in body.indices {
            var (start, latest): (Double, Int?) = (0, nil)
            for earlier in ends.indices where ends[earlier] > start && touched[index].waits(for: touched[earlier]) {
                (start, latest) = (ends[earlier], earlier)
            }
            ends.append(start + cycles[index])
            before.append(latest)
        }
        var path: Set<Int> = []
        var place = ends.indices.max { ends[$0] < ends[$1] }
        while let current = place {
            path.insert(current)
            place = before[current]
        }
        return path
    }
}

/// The activations that an instruction reads and writes.
private struct Touched {
    private var read: [Range<Int>] = []
    private var written: [Range<Int>] = []

    init(_ instruction: Instruction, lanes: Int) {
        let extents = (try? instruction.extents(samples: 1, lanes: lanes)) ?? []
        for (operand, extent) in zip(instruction.operands, extents) where operand.arena == .activations {
            let bytes = operand.offset + extent.bytes.lowerBound..<operand.offset + extent.bytes.upperBound
            if extent.access == .read { read.append(bytes) } else { written.append(bytes) }
        }
    }

    func waits(for earlier: Touched) -> Bool {
        func overlap(_ ones: [Range<Int>], _ others: [Range<Int>]) -> Bool {
            ones.contains { one in others.contains { $0.overlaps(one) } }
        }
        return overlap(read + written, earlier.written) || overlap(written, earlier.read)
    }
}
