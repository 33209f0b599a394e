import ApusCompiler
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// How what is run once is shared among threads.
@Suite struct ScheduleTests {
    private func instructions(_ schedule: Schedule) -> [Int] {
        schedule.waves.flatMap { $0.pieces.map(\.source) }
    }

    @Test func oneThreadKeepsTheOrder() throws {
        let plan = try RuntimePlans.training()
        for stage in [plan.prologue, plan.epilogue] {
            let schedule = Schedule(stage, threads: 1, lanes: plan.target.lanes)
            #expect(schedule.waves.count == 1 && !schedule.waves[0].isShared)
            #expect(schedule.waves[0].pieces.map(\.instruction) == stage)
        }
        #expect(Schedule([], threads: 4, lanes: 4).waves.isEmpty)
    }

    @Test func theBodyWaitsAtItsCombinations() throws {
        let plan = try RuntimePlans.training(RuntimePlans.coupledSource)
        let schedule = Schedule(bodyOf: plan)
        #expect(schedule.waves.map(\.isForSamples) == plan.bodyParts.map { !$0.isCombination })
        #expect(instructions(schedule) == Array(plan.body.indices))
        let plain = Schedule(bodyOf: try RuntimePlans.training())
        #expect(plain.waves.map(\.isForSamples) == [true])
        let empty = Plan(name: "", target: .baseline, batchBound: 1, microBatch: 1)
        #expect(Schedule(bodyOf: empty).waves.map(\.isForSamples) == [true])
    }

    @Test func wavesKeepWhatDependsOnEachOtherApart() throws {
        let plan = try RuntimePlans.training()
        let schedule = Schedule(plan.epilogue, threads: 2, lanes: plan.target.lanes)
        #expect(Set(instructions(schedule)) == Set(plan.epilogue.indices))
        func waves(_ opcode: Opcode) -> Set<Int> {
            Set(
                schedule.waves.indices.filter { schedule.waves[$0].pieces.contains { $0.instruction.opcode == opcode } }
            )
        }
        let sums = try #require(waves(.reduceShards).max())
        let unpacked = waves(.unpackWeights)
        let updated = waves(.adam)
        let averaged = waves(.movingAverage)
        #expect(try sums < #require(unpacked.min()) && #require(unpacked.max()) < #require(updated.min()))
        // Parameters that decay and those that don't report to one status: one wave after the other.
        #expect(updated.count == 2)
        #expect(try #require(updated.min()) < #require(averaged.max()))
    }

    @Test func longInstructionsAreCutIntoRanges() throws {
        var parameters = OptimizerParameters(count: 100_003)
        parameters.decay = 0.5
        let adam = Instruction(
            .adam,
            operands: [0, 1 << 20, 2 << 20, 3 << 20].map { Operand(.state, offset: $0) }
                + [Operand(.state, offset: 4 << 20), Operand(.arguments)],
            parameters: withUnsafeBytes(of: parameters) { Array($0) }, label: "parameters")
        let schedule = Schedule([adam], threads: 3, lanes: 16)
        let wave = try #require(schedule.waves.first)
        #expect(schedule.waves.count == 1 && wave.isShared && wave.pieces.count == 6)
        var next = 0
        for piece in wave.pieces {
            let own = piece.instruction.parameters.withUnsafeBytes { $0.loadUnaligned(as: OptimizerParameters.self) }
            #expect(piece.source == 0 && own.decay == 0.5 && next % 16 == 0)
            #expect(piece.instruction.operands[..<4].map(\.offset) == [0, 1, 2, 3].map { $0 << 20 + 4 * next })
            #expect(Array(piece.instruction.operands[4...]) == Array(adam.operands[4...]))
            next += Int(own.count)
        }
        #expect(next == 100_003)
    }

    @Test func littleWorkIsNotShared() throws {
        let fill = Instruction(
            .padVector, operands: [Operand(.state), Operand(.state, offset: 64)],
            parameters: withUnsafeBytes(of: PadVectorParameters(count: 4, paddedCount: 16)) { Array($0) }, label: "bias"
        )
        let schedule = Schedule([fill, fill], threads: 4, lanes: 16)
        // The second writes what the first wrote.
        #expect(schedule.waves.map(\.isShared) == [false, false])
    }

    @Test func threadsDoNotChangeABit() throws {
        for average in [nil, 0.9] {
            let plan = try RuntimePlans.training(decay: average == nil ? 0 : 0.01, average: average)
            let one = try RuntimePlans.train(plan, threads: 1)
            for threads in 2...4 {
                #expect(try RuntimePlans.train(plan, threads: threads).state == one.state, "\(threads) threads")
            }
        }
    }

    /// A plan of wide layers, whose convolution is cut and whose border is cleared by those that are beside it.
    private func wide() throws -> Plan {
        let source = """
            model wide
            input image: f32[N, 16, 48, 48]
            a = relu(conv2d(image, filters: 64, kernel: [3, 3], padding: 1))
            b = relu(conv2d(a, filters: 64, kernel: [3, 3], padding: 1))
            output z = global_average_pool(b)
            """
        return try Compiler.inferencePlan(RuntimePlans.model(source), target: Processor.targets[0])
    }

    @Test func threadsShareASampleAsThePlanSays() throws {
        let plan = try wide()
        let cuts = plan.body.indices.filter { plan.body[$0].cut != nil }
        let joined = cuts.filter { plan.body[$0].cut?.follows == true }
        #expect(!joined.isEmpty && joined.allSatisfy { plan.body[$0].opcode == .clearBorder })
        for threads in [2, 3, 7] {
            let schedule = Schedule(sharing: plan, threads: threads)
            let pieces = schedule.waves.flatMap(\.pieces)
            // In the order of the body, each instruction as many times as it has parts.
            #expect(
                pieces.map(\.source).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
                    == Array(plan.body.indices))
            for index in cuts {
                let parts = pieces.count { $0.source == index }
                #expect(parts > 1 && parts <= threads)
                #expect(pieces.filter { $0.source == index }.allSatisfy { $0.isJoined == joined.contains(index) })
            }
            for wave in schedule.waves {
                #expect(wave.isShared == wave.pieces.contains { cuts.contains($0.source) })
                for (piece, next) in zip(wave.pieces, wave.pieces.dropFirst()) where next.isJoined {
                    #expect(piece.source == next.source - 1, "a part follows the part of the instruction before it")
                }
            }
        }
    }

    @Test func oneThreadSharesNothing() throws {
        let plan = try wide()
        #expect(Schedule(sharing: plan, threads: 1).waves.isEmpty)
        var whole = plan
        for index in whole.body.indices { whole.body[index].cut = nil }
        #expect(Schedule(sharing: whole, threads: 4).waves.isEmpty)
    }
}
