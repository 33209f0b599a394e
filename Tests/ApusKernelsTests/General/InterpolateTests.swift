import ApusInstructions
import Testing

@Suite struct InterpolateTests {
    struct Case {
        var parameters: InterpolateParameters
        let samples: Int
        let indices, weights: GuardedBytes
        let sourceBytes, destinationBytes: Range<Int>

        init(_ random: inout SeededGenerator, lanes: Int) throws {
            let (source, destination, taps) = (random.int(1...9), random.int(0...12), random.int(1...5))
            parameters = InterpolateParameters(
                outer: random.int(1...4), source: source, destination: destination,
                inner: random.int(0...2) == 0 ? 1 : random.int(1...200), taps: taps)
            parameters.sourceSampleStride += 3
            parameters.destinationSampleStride += 1
            samples = random.int(1...2)
            let extents = try InterpolateInstruction(ParameterBytes(plainBytes(parameters)), lanes: lanes)
                .operands(samples: samples)
            indices = GuardedBytes(extents[1].bytes)
            weights = GuardedBytes(extents[2].bytes)
            for tap in 0..<destination * taps {
                indices[tap, as: Int32.self] = Int32(random.int(-2...source + 1))
                weights[tap, as: Float.self] = Float(random.int(-4...4)) / 4
            }
            (sourceBytes, destinationBytes) = (extents[0].bytes, extents[3].bytes)
        }

        /// Calls `body` with each product: where its source is, where it goes, and its weight.
        func forEach(_ body: (_ source: Int, _ destination: Int, _ weight: Float) -> Void) {
            let (source, destination, inner) = (
                Int(parameters.source), Int(parameters.destination), Int(parameters.inner)
            )
            for sample in 0..<samples {
                for outer in 0..<Int(parameters.outer) {
                    for tap in 0..<destination * Int(parameters.taps) {
                        let row = min(max(Int(indices[tap, as: Int32.self]), 0), source - 1)
                        let place = tap / Int(parameters.taps)
                        for index in 0..<inner {
                            body(
                                sample * Int(parameters.sourceSampleStride) + (outer * source + row) * inner + index,
                                sample * Int(parameters.destinationSampleStride) + (outer * destination + place) * inner
                                    + index, weights[tap, as: Float.self])
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func resultsAreTheTapsSums(set: InstructionSet) throws {
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            let taps = try Case(&random, lanes: set.lanes)
            let source = GuardedBytes(taps.sourceBytes)
            for index in 0..<taps.sourceBytes.count / 4 { source[index, as: Float.self] = Float(random.int(-8...8)) }
            let result = GuardedBytes(taps.destinationBytes)
            set.run(
                .interpolate, [source, taps.indices, taps.weights, result], plainBytes(taps.parameters),
                samples: taps.samples, "seed \(seed)")
            // Numbers with few bits: every order of the sums gives the same.
            var expected: [Int: Float] = [:]
            taps.forEach { expected[$1, default: 0] += source[$0, as: Float.self] * $2 }
            let wrong = expected.first { result[$0.key, as: Float.self] != $0.value }
            #expect(wrong == nil, "seed \(seed): \(taps.parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func gradientIsTheAdjoint(set: InstructionSet) throws {
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            let taps = try Case(&random, lanes: set.lanes)
            let gradient = GuardedBytes(taps.destinationBytes)
            for index in 0..<taps.destinationBytes.count / 4 {
                gradient[index, as: Float.self] = Float(random.int(-8...8))
            }
            let result = GuardedBytes(taps.sourceBytes)
            set.run(
                .interpolateGradient, [gradient, taps.indices, taps.weights, result], plainBytes(taps.parameters),
                samples: taps.samples, "seed \(seed)")
            var expected = [Float](repeating: 0, count: taps.sourceBytes.count / 4)
            taps.forEach { expected[$0] += gradient[$1, as: Float.self] * $2 }
            let elements = Int(taps.parameters.outer * taps.parameters.source * taps.parameters.inner)
            for sample in 0..<taps.samples {
                let start = sample * Int(taps.parameters.sourceSampleStride)
                let actual = (start..<start + elements).map { result[$0, as: Float.self] }
                #expect(actual == Array(expected[start..<start + elements]), "seed \(seed): \(taps.parameters)")
            }
        }
    }

    @Test func whatCannotBeResampledIsRefused() {
        func message(_ change: (inout InterpolateParameters) -> Void) -> String? {
            var parameters = InterpolateParameters(outer: 2, source: 4, destination: 8, inner: 3, taps: 2)
            change(&parameters)
            do {
                _ = try InterpolateInstruction(ParameterBytes(plainBytes(parameters)), lanes: 8)
                return nil
            } catch { return "\(error)" }
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.source = 0 } == "the source's extent is 0, not from 1 to 2147483647")
        #expect(message { $0.taps = 0 } == "the number of taps is 0, not from 1 to 2147483647")
        #expect(
            message { ($0.outer, $0.inner) = (1 << 16, 1 << 16) }
                == "the outer and inner extents have 2^31 elements or more")
    }
}
