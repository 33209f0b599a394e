import ApusInstructions
import ApusPlan

/// How the ranks of a run share a training step, so that it ends in the bits of one process: who runs what, and what goes from whom to
/// whom.
///
/// Each rank runs the body over its shards. Of the epilogue each runs its pieces (``EpilogueShares``), level by level: before a level come
/// the bytes that a rank's pieces read and others have made. Of each piece, whatever rank runs it, the instruction is one that a process
/// by itself would run, or a part of it. All of it is derived from what the instructions touch, and is a function of the plan and the
/// number of ranks.
struct Distribution {
    /// Bytes that a rank has, and another needs.
    struct Transfer: Equatable {
        var arena: Arena
        var bytes: Range<Int>
        var from: Int
        var to: Int
    }

    struct Piece {
        var instruction: Instruction
        var source: Int
        var ranks: RankSet
        /// The level of the epilogue that it is run in.
        var level: Int
    }

    let count: Int
    /// Of the epilogue, in its order.
    private(set) var pieces: [Piece] = []
    /// What comes before each level: what this rank sends and gets.
    private(set) var arrivals: [[Transfer]] = [[]]
    /// Sums of the shards that go to their owners while the body goes on, and the instructions of the body behind which they are what they
    /// will be.
    private(set) var releases: [[Transfer]] = []
    private(set) var points: [Int] = []
    /// What comes before each combination.
    private(set) var combinations: [[Transfer]] = []
    /// What comes when all is done, so that all ranks have the parameters.
    private(set) var gathered: [Transfer] = []
    /// Bytes of the state by the rank that has them, where not all do.
    private(set) var holders: ByteMap<Int?>

    let plan: Plan
    let rank: Int
    private let owners: [Int]

    /// Who has a byte of the state.
    private struct Version: Equatable {
        /// The level in which it was made; nil where the step found it so.
        var level: Int?
        /// Those that made it.
        var makers: RankSet
        /// Those that got it.
        var receivers: RankSet

        var holders: RankSet {
            var all = makers
            all.formUnion(receivers)
            return all
        }
    }

    /// - Parameters:
    ///   - rank: whose transfers are kept.
    ///   - count: how many ranks there are.
    /// - Throws: ``SessionError/notDistributable(plan:)`` where what is run once reads what only the body has.
    init(_ plan: Plan, rank: Int, of count: Int) throws(SessionError) {
        self.plan = plan
        self.rank = rank
        self.count = count
        owners = (0..<count).flatMap { rank in (0..<plan.shards).share(of: rank, among: count).map { _ in rank } }
        holders = ByteMap(plan.stateBytes, nil)
        let flags = plan.statusBytes
        let touched = plan.epilogue.map { Touched($0, of: plan, flags: flags) }
        guard !touched.contains(where: \.isOfBody) else { throw .notDistributable(plan: plan.name) }
        // What the next step reads, and the loop that runs them.
        var needed = plan.slices.filter { [.parameter, .statistic, .result].contains($0.kind) }.map(\.bytes)
        for instruction in plan.prologue + plan.body {
            needed += Touched(instruction, of: plan, flags: flags).read
        }
        for range in plan.combinations { try combine(plan.body[range]) }
        let shares = EpilogueShares(plan, ranks: count, touched: touched, needed: needed)
        distribute(shares.pieces, needed: needed)
        release()
    }

    /// Takes what each shard has summed out of what comes before the first level, and sends it as soon as it may go, in few messages.
    private mutating func release() {
        var last = ByteMap(plan.shardBytes, 0)
        for (number, instruction) in plan.body.enumerated() {
            let extents = (try? instruction.extents(samples: 1, lanes: plan.target.lanes)) ?? []
            for (operand, extent) in zip(instruction.operands, extents)
            where operand.arena == .reductions && extent.access != .read {
                let bytes = operand.offset + extent.bytes.lowerBound..<operand.offset + extent.bytes.upperBound
                last.set(bytes.clamped(to: 0..<plan.shardBytes), to: number)
            }
        }
        var sizes = [Int](repeating: 0, count: plan.body.count)
        for entry in last.entries { sizes[entry.value] += entry.bytes.count }
        var size = 0
        for (number, own) in sizes.enumerated() {
            size += own
            guard size >= max(Self.smallestRelease, plan.shardBytes / Self.releaseLimit) else { continue }
            points.append(number)
            size = 0
        }
        if size > 0 || points.isEmpty { points.append(max(0, plan.body.count - 1)) }
        releases = Array(repeating: [], count: points.count)
        let (transfers, stride) = (arrivals[0], plan.shardBytes)
        arrivals[0] = transfers.filter { $0.arena != .reductions }
        for transfer in transfers where transfer.arena == .reductions {
            let start = transfer.bytes.lowerBound / stride * stride
            for entry in last.entries(in: transfer.bytes.lowerBound - start..<transfer.bytes.upperBound - start) {
                guard let group = points.firstIndex(where: { $0 >= entry.value }) else { continue }
                var part = transfer
                part.bytes = start + entry.bytes.lowerBound..<start + entry.bytes.upperBound
                releases[group].append(part)
            }
        }
    }

    /// Bytes of a shard's sums that are worth messages of their own, and how many such messages there are at most.
    private static let smallestRelease = 1 << 15
    private static let releaseLimit = 6

    /// Every rank gets the shards' sums that a combination reads.
    private mutating func combine(_ instructions: ArraySlice<Instruction>) throws(SessionError) {
        var received = ByteMap(plan.shardBytes, RankSet(of: count))
        var transfers: [Transfer] = []
        for instruction in instructions {
            let touched = Touched(instruction, of: plan, flags: 0..<0)
            guard !touched.isOfBody else { throw .notDistributable(plan: plan.name) }
            for bytes in touched.sums { send(bytes, to: .all(count), &received, &transfers) }
        }
        combinations.append(transfers)
    }

    /// Sends the shards' sums to those that have not got them yet.
    private func send(
        _ bytes: Range<Int>, to ranks: RankSet, _ received: inout ByteMap<RankSet>, _ transfers: inout [Transfer]
    ) {
        for entry in received.entries(in: bytes) {
            for target in ranks.subtracting(entry.value).members {
                for (shard, owner) in owners.enumerated() where owner != target {
                    let start = shard * plan.shardBytes
                    add(
                        Transfer(
                            arena: .reductions,
                            bytes: start + entry.bytes.lowerBound..<start + entry.bytes.upperBound, from: owner,
                            to: target), to: &transfers)
                }
            }
        }
        received.update(bytes) { $0.formUnion(ranks) }
    }

    func add(_ transfer: Transfer, to transfers: inout [Transfer]) {
        if transfer.from == rank || transfer.to == rank { transfers.append(transfer) }
    }

    /// Gives each piece its level, and has what it reads sent.
    private mutating func distribute(_ shares: [EpilogueShares.Piece], needed: [Range<Int>]) {
        let (none, all) = (RankSet(of: count), RankSet.all(count))
        var versions = ByteMap(plan.stateBytes, Version(level: nil, makers: all, receivers: none))
        var received = ByteMap(plan.shardBytes, none)
        // The last level in which a byte is touched.
        var uses = ByteMap(plan.stateBytes, 0)
        // Who reads a byte before anybody writes it: in the step that follows, that is what this one left.
        var expected = ByteMap(plan.stateBytes, none)
        for bytes in needed { expected.set(bytes, to: all) }
        for share in shares {
            let touched = share.touched
            var level = 0
            for bytes in touched.all {
                for entry in versions.entries(in: bytes) {
                    guard let made = entry.value.level else { continue }
                    level = max(level, share.ranks.isSubset(of: entry.value.makers) ? made : made + 1)
                }
            }
            for bytes in touched.written { for entry in uses.entries(in: bytes) { level = max(level, entry.value) } }
            while arrivals.count <= level { arrivals.append([]) }
            for bytes in touched.sums { send(bytes, to: share.ranks, &received, &arrivals[0]) }
            for bytes in touched.all {
                for entry in versions.entries(in: bytes) {
                    guard let made = entry.value.level else { continue }
                    let missing = share.ranks.subtracting(entry.value.holders)
                    if missing.isEmpty { continue }
                    send(entry.bytes, of: entry.value, to: missing, &arrivals[made + 1])
                    versions.update(entry.bytes) { $0.receivers.formUnion(missing) }
                }
            }
            for bytes in touched.read {
                for entry in versions.entries(in: bytes) where entry.value.level == nil {
                    expected.update(entry.bytes) { $0.formUnion(share.ranks) }
                }
            }
            for bytes in touched.all { uses.update(bytes) { $0 = max($0, level) } }
            let version = Version(level: level, makers: share.ranks, receivers: none)
            for bytes in touched.written { versions.set(bytes, to: version) }
            pieces.append(
                Piece(instruction: share.instruction, source: share.source, ranks: share.ranks, level: level))
        }
        for entry in versions.entries where entry.value.level != nil {
            for reader in expected.entries(in: entry.bytes) {
                let missing = reader.value.subtracting(entry.value.holders)
                send(reader.bytes, of: entry.value, to: missing, &gathered)
                var holders = entry.value.holders
                holders.formUnion(missing)
                if holders != all { self.holders.set(reader.bytes, to: entry.value.makers.first) }
            }
        }
    }

    /// Sends bytes of the state from the first of those that made them.
    private func send(_ bytes: Range<Int>, of version: Version, to ranks: RankSet, _ transfers: inout [Transfer]) {
        guard let maker = version.makers.first else { return }
        for target in ranks.members {
            add(Transfer(arena: .state, bytes: bytes, from: maker, to: target), to: &transfers)
        }
    }
}
