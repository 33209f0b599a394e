import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import Testing

@testable import ApusRuntime

/// Sessions that share each step end in the bits of one.
@Suite struct RanksTests {
    /// How a step changes the parameters.
    struct Recipe: Sendable, CustomTestStringConvertible {
        var isCoupled = false
        var decay = 0.01
        var average: Double? = 0.9
        var maximumNorm: Double?
        var batches = 1
        var isMomentum = false
        var shards = 8
        var testDescription: String {
            "coupled \(isCoupled), decay \(decay), norm \(maximumNorm ?? 0), \(batches) batches, momentum \(isMomentum), \(shards) shards"
        }

        var source: String { isCoupled ? RuntimePlans.coupledSource : RuntimePlans.source }

        func plan() throws -> Plan {
            var lowering = LoweringOptions(target: Processor.targets[0], batchBound: 32, weights: .state)
            lowering.optimizer = isMomentum ? .momentum(0.9, nesterov: true, decay: decay) : .adam(decay: decay)
            lowering.averageDecay = average
            lowering.maximumNorm = maximumNorm
            lowering.accumulatesGradients = batches > 1
            lowering.shards = shards
            return try Compiler.trainingPlan(
                RuntimePlans.model(source), .init(inputNoise: 0.1), lowering: lowering)
        }
    }

    static let recipes = [
        Recipe(), Recipe(isCoupled: true, average: nil), Recipe(decay: 0, maximumNorm: 0.1),
        Recipe(maximumNorm: 0.1, batches: 2), Recipe(isCoupled: true, maximumNorm: 0.1, batches: 2, isMomentum: true),
        Recipe(shards: 3), Recipe(isCoupled: true, shards: 1),
    ]

    /// What a session ends with: the state's bits by slice.
    static func train(_ recipe: Recipe, _ plan: Plan, threads: Int, _ ranks: (any RankExchange)?) throws -> [[UInt32]] {
        var session = try Session(plan, threads: threads, ranks: ranks)
        let weights = try RuntimePlans.model(recipe.source).weights
        for slice in plan.slices where [.parameter, .average, .statistic].contains(slice.kind) {
            if let elements = weights[slice.name] { try session.write(elements, to: slice) }
        }
        // What a rank does not compute must not matter: it is no number.
        var images = RuntimePlans.numbers(32 * 144)
        if ranks != nil { poison(&images, session, batch: 30) }
        let labels = (0..<32).map { Int32($0 * 7 % 10) }
        try images.withUnsafeBytes { image in
            try labels.withUnsafeBytes { label in
                session.bindInput(0, to: image.baseAddress!)
                session.bindInput(1, to: label.baseAddress!)
                for step in 0..<4 {
                    var arguments = RunArguments()
                    arguments.step = UInt32(step / recipe.batches + 1)
                    arguments.learningRate = 0.01
                    arguments.share = 1 / Float(recipe.batches)
                    arguments.isFirst = step % recipe.batches == 0 ? 1 : 0
                    arguments.isLast = step % recipe.batches == recipe.batches - 1 ? 1 : 0
                    try session.run(batch: 30, arguments: arguments)
                }
            }
        }
        try session.gatherState()
        return plan.slices.map { $0.kind == .gradient ? [] : session.read($0).map(\.bitPattern) }
    }

    private static func poison(_ images: inout [Float], _ session: borrowing Session, batch: Int) {
        let own = session.ownSamples(of: batch)
        for sample in 0..<32 where !own.contains(sample) {
            for pixel in 0..<144 { images[sample * 144 + pixel] = .nan }
        }
    }

    @Test(arguments: recipes) func endInTheSameBits(_ recipe: Recipe) throws {
        let plan = try recipe.plan()
        let one = try Self.train(recipe, plan, threads: 1, nil)
        for count in [1, 2, 3, 4, 9] {
            let all = try LocalRanks.run(count) { try Self.train(recipe, plan, threads: count % 2 + 1, $0) }
            for (index, slice) in plan.slices.enumerated() {
                #expect(all[0][index] == one[index], "\(count) ranks, \(slice.kind) \(slice.name)")
                guard [.parameter, .average, .statistic, .result].contains(slice.kind) else { continue }
                for (rank, state) in all.enumerated() {
                    #expect(state[index] == one[index], "rank \(rank) of \(count), \(slice.kind) \(slice.name)")
                }
            }
        }
    }

    /// The moments lie with their owners, and each rank updates about as many parameters as the others.
    @Test func optimizerIsShared() throws {
        let plan = try Recipe(decay: 0).plan()
        let total = plan.slices.filter { $0.kind == .parameter }.reduce(0) { $0 + $1.elements }
        for count in 2...4 {
            let distribution = try Distribution(plan, rank: 0, of: count)
            let updates = distribution.pieces.filter { $0.instruction.opcode == .adam }
            #expect(updates.count == count)
            let moments = plan.slices.filter { $0.kind == .firstMoment }
            var owned = [Int](repeating: 0, count: count)
            for slice in moments {
                for entry in distribution.holders.entries(in: slice.bytes) {
                    owned[try #require(entry.value)] += entry.bytes.count / 4
                }
            }
            #expect(owned.reduce(0, +) == total)
            #expect(owned.max()! < total / count * 5 / 4)
            // Shards to owners; and the sums of the large layer, which can't be unpacked in parts, to those that own some of it.
            #expect(distribution.arrivals.count == 2)
        }
    }

    /// More ranks than there are shards, or parts of a layer: each parameter still has one owner.
    @Test func aThousandRanks() throws {
        let plan = try Recipe(decay: 0, average: nil, maximumNorm: 1).plan()
        let distribution = try Distribution(plan, rank: 999, of: 1000)
        #expect(distribution.shards == 7..<8)
        for slice in plan.slices where slice.kind == .firstMoment {
            #expect(distribution.holders.entries(in: slice.bytes).allSatisfy { $0.value != nil })
        }
        let updates = distribution.pieces.filter { $0.instruction.opcode == .adam }
        #expect(updates.count > 900 && updates.allSatisfy { $0.ranks.count == 1 })
    }

    /// Sums of the shards leave in several groups, each behind the last instruction that adds to it, and all of them leave once.
    @Test func sumsLeaveEarly() throws {
        let plan = try Recipe(decay: 0).plan()
        let distribution = try Distribution(plan, rank: 1, of: 2)
        #expect(distribution.points == distribution.points.sorted() && distribution.points.count >= 2)
        var sent = ByteMap(plan.shards * plan.shardBytes, 0)
        for (point, transfers) in zip(distribution.points, distribution.releases) {
            for transfer in transfers where transfer.from == 1 {
                sent.update(transfer.bytes) { $0 += 1 }
                let start = transfer.bytes.lowerBound / plan.shardBytes * plan.shardBytes
                for instruction in plan.body[(point + 1)...] {
                    let extents = try instruction.extents(samples: 1, lanes: plan.target.lanes)
                    for (operand, extent) in zip(instruction.operands, extents)
                    where operand.arena == .reductions && extent.access != .read {
                        let bytes = operand.offset..<operand.offset + extent.bytes.upperBound
                        #expect(!bytes.overlaps(transfer.bytes.lowerBound - start..<transfer.bytes.upperBound - start))
                    }
                }
            }
        }
        #expect(sent.entries.allSatisfy { $0.value <= 1 })
        let own = distribution.shards
        let bytes = sent.entries.filter { $0.value == 1 }
        #expect(bytes.allSatisfy { own.contains($0.bytes.lowerBound / plan.shardBytes) })
        // The other rank owns half of them.
        let total = bytes.reduce(0) { $0 + $1.bytes.count }
        #expect(total > own.count * plan.shardBytes / 3 && total < own.count * plan.shardBytes * 2 / 3)
    }

    /// Votes of one rank reach all.
    @Test func votesReachAll() throws {
        let plan = try Recipe().plan()
        let votes = try LocalRanks.run(3) { rank in
            var session = try Session(plan, threads: 1, ranks: rank)
            session.vote(rank.rank == 1 ? .stop : rank.rank == 2 ? .checkpoint : [])
            let (images, labels) = (RuntimePlans.numbers(32 * 144), [Int32](repeating: 1, count: 32))
            try images.withUnsafeBytes { image in
                try labels.withUnsafeBytes { label in
                    session.bindInput(0, to: image.baseAddress!)
                    session.bindInput(1, to: label.baseAddress!)
                    try session.run(batch: 32)
                }
            }
            return session.votes
        }
        #expect(votes == Array(repeating: [.stop, .checkpoint], count: 3))
    }

    /// One that ends has the others end with an error.
    @Test func aLostRankIsNoticed() throws {
        let plan = try Recipe().plan()
        struct Gone: Error {}
        let error = #expect(throws: (any Error).self) {
            _ = try LocalRanks.run(3) { rank in
                if rank.rank == 2 {
                    _ = try Session(plan, threads: 1, ranks: rank)
                    throw Gone()
                }
                do {
                    _ = try Self.train(Recipe(), plan, threads: 1, rank)
                    Issue.record("rank \(rank.rank) noticed nothing")
                } catch let error as SessionError {
                    #expect(error == .lostRank("rank 2 has ended"))
                    #expect(
                        error.description.hasPrefix("rank 2 has ended: the processes that share a run end with any"))
                }
            }
        }
        #expect(error is Gone)
    }
}
