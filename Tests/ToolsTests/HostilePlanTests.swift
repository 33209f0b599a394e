import ApusFiles
import ApusGraph
import ApusPlan
import TestSupport
import Testing

/// Plan files whose bytes are well formed and whose checksums are right, but whose numbers were made to do harm.
@Suite("Hostile plans") struct HostilePlanTests {
    private let folder = TestFolder()
    private static let mutations = 4000
    /// How many of those that the verifier lets through are run.
    private static let runs = 60

    /// Nothing that the verifier accepts ends apus-infer by a signal, or keeps it busy.
    @Test(arguments: [SmallModels.spec, SmallModels.normalized, SmallModels.depthwise], [1, 4])
    func whatIsAcceptedRuns(spec: String, microBatch: Int) throws {
        let model = try folder.write("m.apus", try SmallModels.file(spec))
        let path = folder.file("m.plan")
        let compiled = try Tool.run(
            "apus-compile", [model, "-o", path, "--batch", "4", "--micro-batch", "\(microBatch)"])
        try #require(compiled.status == 0, "\(compiled.error)")
        let plan = try PlanFile.decode(try readFile(path))
        let sample = [UInt8](repeating: 0, count: 4 * plan.inputs[0].sampleElements * 4)
        let seed: UInt64 = 20
        var random = SplitMix64(seed: seed)
        var accepted = 0
        for number in 0..<Self.mutations where accepted < Self.runs {
            var hostile = plan
            let what = Self.change(&hostile, &random)
            let file = PlanFile.encode(hostile)
            guard hostile != plan, (try? PlanFile.decode(file)) != nil else { continue }
            accepted += 1
            let result = try Tool.run(
                "apus-infer", [try folder.write("h.plan", file), "--raw"], input: sample, seconds: 20)
            #expect(result.status <= 2, "seed \(seed), number \(number): \(what): \(result.error)")
        }
        #expect(accepted > 0)
    }

    /// Changes one number, and says which.
    private static func change(_ plan: inout Plan, _ random: inout SplitMix64) -> String {
        if random.next() % 8 == 0 { return changeSize(&plan, &random) }
        let index = Int(random.next() % UInt64(plan.body.count))
        let name = "instruction \(index), \(plan.body[index].opcode)"
        switch random.next() % 8 {
        case 0:
            plan.body[index].repeats = number(plan.body[index].repeats, &random)
            return "\(name): repeats \(plan.body[index].repeats)"
        case 1, 2:
            let operand = Int(random.next() % UInt64(plan.body[index].operands.count))
            var changed = plan.body[index].operands[operand]
            switch random.next() % 3 {
            case 0: changed.offset = max(0, number(changed.offset, &random))
            case 1: changed.port = UInt16(truncatingIfNeeded: random.next() % 4)
            default: changed.arena = Arena.allCases[Int(random.next() % UInt64(Arena.allCases.count))]
            }
            plan.body[index].operands[operand] = changed
            return "\(name): operand \(operand) is \(changed)"
        default:
            let field = 4 * Int(random.next() % UInt64(plan.body[index].parameters.count / 4))
            let old = (0..<4).reduce(UInt32(0)) { $0 | UInt32(plan.body[index].parameters[field + $1]) << (8 * $1) }
            let new = UInt32(truncatingIfNeeded: number(Int(Int32(bitPattern: old)), &random))
            for byte in 0..<4 {
                plan.body[index].parameters[field + byte] = UInt8(truncatingIfNeeded: new >> (8 * byte))
            }
            return "\(name): field \(field / 4) is \(new), not \(old)"
        }
    }

    private static func changeSize(_ plan: inout Plan, _ random: inout SplitMix64) -> String {
        switch random.next() % 8 {
        case 0: plan.batchBound = max(0, number(plan.batchBound, &random))
        case 1: plan.microBatch = max(0, number(plan.microBatch, &random))
        case 2: plan.shards = max(0, number(plan.shards, &random))
        case 3: plan.activationBytes = max(0, number(plan.activationBytes, &random))
        case 4: plan.reductionBytes = max(0, number(plan.reductionBytes, &random))
        case 5: plan.stateBytes = max(0, number(plan.stateBytes, &random))
        case 6: plan.outputs[0].sampleShape[0] = max(0, number(plan.outputs[0].sampleShape[0], &random))
        default: plan.inputs[0].sampleShape[1] = max(0, number(plan.inputs[0].sampleShape[1], &random))
        }
        return
            "sizes \(plan.batchBound), \(plan.microBatch), \(plan.shards), \(plan.activationBytes), "
            + "\(plan.reductionBytes), \(plan.stateBytes), \(plan.inputs[0].sampleShape), \(plan.outputs[0].sampleShape)"
    }

    /// A number near the old one, or a special one.
    private static func number(_ old: Int, _ random: inout SplitMix64) -> Int {
        switch random.next() % 6 {
        case 0: old + 1
        case 1: old - 1
        case 2: old ^ 1 << Int(random.next() % 31)
        case 3: 2 * old
        case 4: [0, 1, -1, 255, Int(Int32.max), Int(Int32.min), 1 << 16, 1 << 24][Int(random.next() % 8)]
        default: Int(random.next() % 64)
        }
    }
}
