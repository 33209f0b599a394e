import ApusInstructions
import Testing

@Suite struct CopyTests {
    /// Fills the operands at random, runs the copy, and compares every byte with plain loops.
    func check(
        _ set: InstructionSet, _ parameters: CopyParameters, _ loops: RandomLoops, _ from: [Int], _ to: [Int],
        samples: Int, seed: Int
    ) throws {
        let definition = try CopyInstruction(ParameterBytes(plainBytes(parameters)), lanes: set.lanes)
        let extents = definition.operands(samples: samples)
        let size = Int(parameters.elementBytes)
        var random = SeededGenerator(seed: seed)
        let source = GuardedBytes(extents[0].bytes)
        for place in extents[0].bytes { source[place, as: UInt8.self] = UInt8.random(in: 0...255, using: &random) }
        let destination = GuardedBytes(extents[1].bytes)
        var expected = [UInt8](repeating: 0xEE, count: extents[1].bytes.count)
        let bytes = source.bytes
        for sample in 0..<samples {
            loops.forEach { index in
                let a = sample * Int(parameters.sourceSampleStride) + offset(index, from)
                let b = sample * Int(parameters.destinationSampleStride) + offset(index, to)
                for byte in 0..<size {
                    expected[b * size + byte - extents[1].bytes.lowerBound] =
                        bytes[a * size + byte - extents[0].bytes.lowerBound]
                }
            }
        }
        set.run(.copy, [source, destination], plainBytes(parameters), samples: samples, "seed \(seed)")
        #expect(destination.bytes == expected, "seed \(seed): \(loops.extents), \(from) to \(to), \(size) bytes")
    }

    @Test(arguments: InstructionSet.available)
    func randomStridesAgreeWithPlainLoops(set: InstructionSet) throws {
        for seed in 0..<500 {
            var random = SeededGenerator(seed: seed)
            let loops = RandomLoops(&random, limit: seed % 5 == 0 ? 2000 : 200)
            let from = loops.shared(&random)
            let to = loops.apart(&random)
            var parameters = CopyParameters(
                extents: eight(loops.extents), elementBytes: 1 << random.int(0...3), sourceStrides: eight(from.strides),
                destinationStrides: eight(to.strides))
            parameters.sourceSampleStride = Int32(from.sampleStride)
            parameters.destinationSampleStride = Int32(to.sampleStride)
            try check(
                set, parameters, loops, from.strides, to.strides, samples: random.int(1...3), seed: seed)
        }
    }

    @Test(arguments: InstructionSet.available)
    func matricesAreTransposed(set: InstructionSet) throws {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: seed)
            let (rows, columns) = (random.int(1...90), random.int(1...90))
            var loops = RandomLoops(&random, limit: 1)
            loops.extents = [1, 1, 1, 1, 1, random.int(1...3), rows, columns]
            let (readStep, writeStep) = (rows + random.int(0...2), columns + random.int(0...2))
            let from = [0, 0, 0, 0, 0, readStep * columns, 1, readStep]
            let to = [0, 0, 0, 0, 0, writeStep * rows, writeStep, 1]
            let parameters = CopyParameters(
                extents: eight(loops.extents), elementBytes: 1 << random.int(0...3), sourceStrides: eight(from),
                destinationStrides: eight(to))
            try check(set, parameters, loops, from, to, samples: 1, seed: seed)
        }
    }

    @Test(arguments: InstructionSet.available)
    func everySecondElementIsCopied(set: InstructionSet) throws {
        for columns in 1...70 {
            var random = SeededGenerator(seed: columns)
            var loops = RandomLoops(&random, limit: 1)
            loops.extents = [1, 1, 1, 1, 1, 1, random.int(1...3), columns]
            let from = [0, 0, 0, 0, 0, 0, 2 * columns - 1 + random.int(0...2), 2]
            let to = [0, 0, 0, 0, 0, 0, columns, 1]
            let parameters = CopyParameters(
                extents: eight(loops.extents), elementBytes: random.int(0...3) == 0 ? 8 : 4,
                sourceStrides: eight(from), destinationStrides: eight(to))
            try check(set, parameters, loops, from, to, samples: 1, seed: columns)
        }
    }

    @Test func whatNoCopyCanComputeIsRefused() throws {
        func message(_ change: (inout CopyParameters) -> Void) -> String? {
            var parameters = CopyParameters(
                extents: (1, 1, 1, 1, 1, 1, 4, 8), elementBytes: 4, sourceStrides: (0, 0, 0, 0, 0, 0, 1, 4),
                destinationStrides: (0, 0, 0, 0, 0, 0, 8, 1))
            change(&parameters)
            do {
                _ = try CopyInstruction(ParameterBytes(plainBytes(parameters)), lanes: 8)
                return nil
            } catch { return "\(error)" }
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.elementBytes = 3 } == "elements are 3 bytes, not 1, 2, 4 or 8")
        #expect(message { $0.extents.6 = -1 } == "an extent is below zero")
        #expect(message { $0.destinationStrides.6 = 7 } == "the destination's strides write an element more than once")
        #expect(message { $0.destinationStrides.7 = 0 } == "the destination's strides write an element more than once")
        #expect(
            message { ($0.extents.0, $0.extents.1) = (.max, .max) } == "the extents are more than 2^31 elements")
        #expect(
            message {
                ($0.extents.0, $0.extents.7) = (1 << 24, 1)
                $0.sourceStrides.0 = .min
                $0.destinationStrides.0 = 64
            } == "the source reaches beyond 2^48 elements")
    }

    @Test func operandsReachAsFarAsTheStrides() throws {
        var parameters = CopyParameters(
            extents: (1, 1, 1, 1, 1, 1, 4, 8), elementBytes: 2, sourceStrides: (0, 0, 0, 0, 0, 0, -10, 1),
            destinationStrides: (0, 0, 0, 0, 0, 0, 8, 1))
        parameters.destinationSampleStride = 100
        let definition = try CopyInstruction(ParameterBytes(plainBytes(parameters)), lanes: 8)
        #expect(definition.operands(samples: 3).map(\.bytes) == [-60..<16, 0..<464])
        #expect(definition.operands(samples: 0).map(\.bytes) == [0..<0, 0..<0])
        #expect(definition.operands(samples: .max).map(\.bytes.upperBound)[1] == OperandExtent.limit)
    }
}
