import ApusInstructions
import ApusPlan

/// Which ranks run what of the epilogue.
///
/// - What is made of things that all ranks have is made by all of them.
/// - What works on trained parameters number by number is cut, and each rank has the numbers that it owns.
/// - The sums of the shards are cut by who needs them.
/// - What can't be cut is run by all ranks that need some of it; what makes much less than it reads, by one of them.
///
/// So nothing is said here of opcodes: an instruction is asked how it can be cut, and what it touches.
struct EpilogueShares {
    struct Piece {
        var instruction: Instruction
        /// Its number in the epilogue.
        var source: Int
        var ranks: RankSet
        var touched: Touched
    }

    private let plan: Plan
    private let count: Int
    private let order: ParameterOrder
    private let touched: [Touched]
    private let owned: [Range<Int>]
    /// Instructions whose operands all ranks have.
    private let isEverywhere: [Bool]
    /// Bytes of the state, by who needs them.
    private var needs: ByteMap<RankSet>
    /// In the order of the epilogue.
    private(set) var pieces: [Piece] = []

    /// Sums that so few bytes of all shards make are made by all who need them: one message is the quicker way.
    private static let smallSum = 4096

    /// - Parameters:
    ///   - touched: what each instruction of the epilogue touches.
    ///   - needed: bytes of the state that all ranks must have when the step is done.
    init(_ plan: Plan, ranks: Int, touched: [Touched], needed: [Range<Int>]) {
        self.plan = plan
        self.touched = touched
        count = ranks
        let order = ParameterOrder(plan)
        self.order = order
        needs = ByteMap(plan.stateBytes, RankSet(of: ranks))
        for bytes in needed { needs.set(bytes, to: .all(ranks)) }
        var shared = ByteMap(plan.stateBytes, true)
        var isEverywhere: [Bool] = []
        var cuttable: [Range<Int>] = []
        for (instruction, own) in zip(plan.epilogue, touched) {
            let all = own.sums.isEmpty && own.read.allSatisfy { shared.entries(in: $0).allSatisfy(\.value) }
            isEverywhere.append(all)
            for bytes in own.written { shared.set(bytes, to: all) }
            if !all, let elements = Self.cutElements(instruction, own, order, lanes: plan.target.lanes) {
                cuttable.append(elements)
            }
        }
        self.isEverywhere = isEverywhere
        owned = order.shares(ranks: ranks, cuttable: cuttable)
        for number in plan.epilogue.indices.reversed() {
            let own = share(number).filter { !$0.ranks.isEmpty }
            for piece in own {
                for bytes in piece.touched.all { needs.update(bytes) { $0.formUnion(piece.ranks) } }
            }
            pieces = own + pieces
        }
    }

    /// The trained numbers that an instruction changes one by one; nil where it does something else.
    private static func cutElements(
        _ instruction: Instruction, _ touched: Touched, _ order: ParameterOrder, lanes: Int
    ) -> Range<Int>? {
        guard touched.sums.isEmpty, partition(instruction, lanes: lanes) != nil else { return nil }
        let elements = touched.written.map { order.elements(in: $0) }
        guard let first = elements.first, elements.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    private static func partition(_ instruction: Instruction, lanes: Int) -> Partition? {
        instruction.partitions(lanes: lanes).first { $0.axis == .elements }
    }

    private func share(_ number: Int) -> [Piece] {
        let (instruction, own) = (plan.epilogue[number], touched[number])
        if isEverywhere[number] { return [piece(instruction, number, .all(count))] }
        let lanes = plan.target.lanes
        if let partition = Self.partition(instruction, lanes: lanes) {
            if let elements = Self.cutElements(instruction, own, order, lanes: lanes) {
                return owned.enumerated().compactMap { rank, range in
                    let part = range.clamped(to: elements)
                    guard !part.isEmpty else { return nil }
                    let units = units(part.lowerBound - elements.lowerBound..<part.upperBound - elements.lowerBound)
                    return piece(instruction.part(units, of: partition), number, RankSet([rank], of: count))
                }
            }
            if own.written.count == 1, !own.sums.isEmpty { return shareSums(instruction, number, partition) }
        }
        let read = own.read.reduce(0) { $0 + $1.count } + own.sums.reduce(0) { $0 + $1.count * plan.shards }
        let written = own.written.reduce(0) { $0 + $1.count }
        if 2 * written <= read { return [piece(instruction, number, RankSet([mostOf(own)], of: count))] }
        return [piece(instruction, number, needers(of: own.written))]
    }

    private func piece(_ instruction: Instruction, _ number: Int, _ ranks: RankSet) -> Piece {
        Piece(
            instruction: instruction, source: number, ranks: ranks,
            touched: Touched(instruction, of: plan, flags: plan.statusBytes))
    }

    private func units(_ elements: Range<Int>) -> Range<Int> {
        let step = Partition.elementStep
        return elements.lowerBound / step..<(elements.upperBound + step - 1) / step
    }

    /// The sums of all shards, cut where others need them.
    private func shareSums(_ instruction: Instruction, _ number: Int, _ partition: Partition) -> [Piece] {
        let written = touched[number].written[0]
        var parts: [(units: Range<Int>, ranks: RankSet)] = []
        for entry in needs.entries(in: written) where !entry.value.isEmpty {
            var range = units(
                (entry.bytes.lowerBound - written.lowerBound) / 4..<(entry.bytes.upperBound - written.lowerBound + 3)
                    / 4)
            var ranks = entry.value
            // A unit that both want is another part.
            if let last = parts.last, last.units.upperBound > range.lowerBound {
                parts.removeLast()
                if last.units.count > 1 {
                    parts.append((last.units.lowerBound..<last.units.upperBound - 1, last.ranks))
                }
                ranks.formUnion(last.ranks)
                parts.append((last.units.upperBound - 1..<last.units.upperBound, ranks))
                range = last.units.upperBound..<max(last.units.upperBound, range.upperBound)
                ranks = entry.value
            }
            if range.isEmpty { continue }
            if let last = parts.last, last.units.upperBound == range.lowerBound, last.ranks == ranks {
                parts[parts.count - 1].units = last.units.lowerBound..<range.upperBound
            } else {
                parts.append((range, ranks))
            }
        }
        return parts.flatMap { units, ranks -> [Piece] in
            let bytes = units.count * Partition.elementStep * 4
            if ranks.count == 1 || bytes * plan.shards <= Self.smallSum {
                return [piece(instruction.part(units, of: partition), number, ranks)]
            }
            let members = ranks.members
            return members.enumerated().compactMap { place, rank in
                let own = units.share(of: place, among: members.count)
                guard !own.isEmpty else { return nil }
                return piece(instruction.part(own, of: partition), number, RankSet([rank], of: count))
            }
        }
    }

    /// Who needs some of these bytes.
    private func needers(of bytes: [Range<Int>]) -> RankSet {
        var ranks = RankSet(of: count)
        for range in bytes { for entry in needs.entries(in: range) { ranks.formUnion(entry.value) } }
        return ranks
    }

    /// The rank that owns most of what an instruction reads.
    private func mostOf(_ touched: Touched) -> Int {
        let read = touched.read.compactMap { order.elements(in: $0) }
        let counts = owned.map { own in read.reduce(0) { $0 + $1.clamped(to: own).count } }
        return counts.indices.max { counts[$0] < counts[$1] } ?? 0
    }
}
