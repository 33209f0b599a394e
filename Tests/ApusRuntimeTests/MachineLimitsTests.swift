import ApusPlan
import ApusRuntime
import Testing

/// What a core can do, and what follows from it for an instruction.
@Suite struct MachineLimitsTests {
    @Test(arguments: Processor.targets)
    func areThoseOfSomeProcessor(target: Target) throws {
        let limits = try MachineLimits.measure(on: target, of: [.bytes, .bfloat16])
        #expect(limits.target == target)
        // A gigahertz and one multiply-add a cycle is the least of any processor; a thousand times as much is none.
        #expect((2e9..<2e12).contains(limits.operationsPerSecond))
        #expect((1e9..<4e12).contains(try #require(limits.narrowMultiplyAddsPerSecond[.bytes])))
        #expect((1e8..<2e12).contains(try #require(limits.narrowMultiplyAddsPerSecond[.bfloat16])))
        #expect(limits.levels.count == 4 && limits.levels.map(\.size) == limits.levels.map(\.size).sorted())
        for level in limits.levels {
            #expect((1e9..<1e13).contains(level.bytesReadPerSecond))
            #expect((5e8..<1e13).contains(level.bytesWrittenPerSecond))
        }
    }

    @Test func theSlowerOfArithmeticAndMemoryCounts() {
        let limits = MachineLimits(
            target: .baseline, multiplyAddsPerSecond: 1e9,
            levels: [
                .init(size: 1000, bytesReadPerSecond: 4e9, bytesWrittenPerSecond: 2e9),
                .init(size: 100_000, bytesReadPerSecond: 4e8, bytesWrittenPerSecond: 2e8),
            ])
        func seconds(_ multiplyAdds: Double, _ read: Double, _ written: Double, _ footprint: Int) -> Double {
            limits.seconds(
                multiplyAdds: multiplyAdds, bytesRead: read, bytesWritten: written, footprint: footprint)
        }
        #expect(seconds(1e9, 1000, 1000, 2000) == 1)
        #expect(seconds(0, 4e9, 0, 10) == 1)
        #expect(seconds(0, 4e9, 4e9, 99_999) == 2)
        // Bytes that fit in no measured cache but the far one.
        #expect(seconds(0, 4e9, 0, 100_000) == 10)
        #expect(limits.operationsPerSecond == 2e9)
        var ofBytes = limits
        ofBytes.narrowMultiplyAddsPerSecond[.bytes] = 4e9
        func byteSeconds(_ limits: MachineLimits) -> Double {
            limits.seconds(multiplyAdds: 1e9, of: .bytes, bytesRead: 0, bytesWritten: 0, footprint: 10)
        }
        // Where nobody measured it bytes are as fast as numbers.
        #expect(byteSeconds(ofBytes) == 0.25 && byteSeconds(limits) == 1)
        var ofBFloats = limits
        ofBFloats.narrowMultiplyAddsPerSecond[.bfloat16] = 2e9
        let bfloatSeconds = ofBFloats.seconds(
            multiplyAdds: 1e9, of: .bfloat16, bytesRead: 0, bytesWritten: 0, footprint: 10)
        #expect(bfloatSeconds == 0.5)
    }
}
