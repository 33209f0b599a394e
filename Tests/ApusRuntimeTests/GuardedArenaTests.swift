import ApusInstructions
import ApusPlan
import ApusRuntime
import Glibc
import Testing

/// Arenas between pages that can't be touched, for those who look for kernels that leave theirs.
@Suite("Guarded arenas")
struct GuardedArenaTests {
    @Test(arguments: MemoryArena.Guard.allCases) func blocksAreThereToTheLastByte(guarded: MemoryArena.Guard) throws {
        for size in [0, 1, 8, 104, 4096, 4100, 3 << 20] {
            let arena = try MemoryArena(blocks: 3, of: size, guarding: guarded)
            #expect(arena.size == size && arena.stride >= size)
            #expect(UInt(bitPattern: arena.start) % (guarded == .behind ? 8 : 4096) == 0)
            for block in 0..<3 {
                for byte in Set([0, size / 2, size - 1]) where byte >= 0 && byte < size {
                    let place = arena.start + block * arena.stride + byte
                    #expect(place.load(as: UInt8.self) == 0)
                    place.storeBytes(of: 7, as: UInt8.self)
                }
            }
        }
    }

    @Test func whoLeavesABlockEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let arena = try MemoryArena(blocks: 2, of: 104, guarding: .behind)
            arena.start.storeBytes(of: 1, toByteOffset: 104, as: UInt8.self)
        }
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let arena = try MemoryArena(blocks: 2, of: 104, guarding: .behind)
            arena.start.storeBytes(of: 1, toByteOffset: arena.stride + 104, as: UInt8.self)
        }
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let arena = try MemoryArena(blocks: 2, of: 104, guarding: .before)
            arena.start.storeBytes(of: 1, toByteOffset: arena.stride - 1, as: UInt8.self)
        }
    }

    /// A plan that copies `count` of the bytes of its constants, whatever the verifier would say of that.
    private static func plan(copying count: Int, offset: Int) -> Plan {
        var plan = Plan(name: "copy", target: Processor.targets[0], batchBound: 1, microBatch: 1)
        plan.constants = AlignedBytes(zeros: 64)
        plan.outputs = [Port(name: "y", elementType: .u8, sampleShape: [64])]
        let parameters = CopyParameters(
            extents: (1, 1, 1, 1, 1, 1, 1, Int32(count)), elementBytes: 1, sourceStrides: (0, 0, 0, 0, 0, 0, 0, 1),
            destinationStrides: (0, 0, 0, 0, 0, 0, 0, 1))
        plan.body = [
            Instruction(
                .copy, operands: [Operand(.constants, offset: offset), Operand(.output)],
                parameters: withUnsafeBytes(of: parameters) { Array($0) }, label: "y")
        ]
        return plan
    }

    private static func run(_ plan: Plan, _ guarded: MemoryArena.Guard) throws {
        var session = try Session(plan, threads: 1, guarding: guarded)
        let output = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 64)
        session.bindOutput(0, to: output)
        try session.run(batch: 1)
        output.deallocate()
    }

    /// Constants have a page that can't be touched at their end too.
    @Test func sessionsGuardTheirConstants() async throws {
        for guarded in MemoryArena.Guard.allCases { try Self.run(Self.plan(copying: 64, offset: 0), guarded) }
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            try Self.run(Self.plan(copying: 64, offset: 1), .behind)
        }
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            try Self.run(Self.plan(copying: 64, offset: -1), .before)
        }
    }
}
