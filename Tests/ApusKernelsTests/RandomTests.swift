import ApusInstructions
import Glibc
import Testing

@Suite struct RandomTests {
    /// Philox4x32-10 by the plainest code that could be right: Salmon et al. (2011).
    func philox(_ counter: [UInt32], key: (UInt32, UInt32)) -> [UInt32] {
        var words = counter
        var key = key
        for _ in 0..<10 {
            let product0 = UInt64(words[0]) * 0xD251_1F53
            let product2 = UInt64(words[2]) * 0xCD9E_8D57
            words = [
                UInt32(product2 >> 32) ^ words[1] ^ key.0, UInt32(truncatingIfNeeded: product2),
                UInt32(product0 >> 32) ^ words[3] ^ key.1, UInt32(truncatingIfNeeded: product0),
            ]
            key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
        }
        return words
    }

    /// The known answers that the authors publish with Random123.
    @Test func thePlainGeneratorGivesThePublishedAnswers() {
        #expect(philox([0, 0, 0, 0], key: (0, 0)) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        let ones = UInt32.max
        #expect(
            philox([ones, ones, ones, ones], key: (ones, ones)) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
        #expect(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: (0xa409_3822, 0x299f_31d0))
                == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
    }

    func operand(_ arguments: RunArguments) -> GuardedFloats {
        withUnsafeBytes(of: arguments) { GuardedFloats(Array($0.bindMemory(to: Float.self))) }
    }

    /// Noise on a source of zeros.
    func noise(
        _ set: InstructionSet, _ arguments: RunArguments, count: Int, samples: Int, stream: Int, amount: Float = 1
    ) -> [Float] {
        let result = GuardedFloats(count: count * samples)
        let parameters = RandomParameters(
            count: count, stream: stream, amount: amount, sourceStride: 0, destinationStride: count)
        set.run(
            .gaussianNoise, [GuardedFloats(count: count, repeating: 0), result, operand(arguments)], parameters,
            samples: samples)
        return result.values
    }

    @Test(arguments: InstructionSet.available)
    func noiseIsBoxAndMullerOfPhilox(set: InstructionSet) {
        for seed in 0..<30 {
            var random = SeededGenerator(seed: seed)
            let (count, samples) = (random.int(1...300), random.int(1...3))
            var arguments = RunArguments()
            arguments.seedLow = random.next() & 1 == 0 ? 0x243f_6a88 : UInt32(seed)
            arguments.seedHigh = UInt32(truncatingIfNeeded: random.next())
            arguments.step = UInt32(random.int(1...1 << 30))
            arguments.firstSample = UInt32(random.int(0...1 << 30))
            let stream = random.int(0...1 << 30)
            let actual = noise(set, arguments, count: count, samples: samples, stream: stream)
            var wrong = 0
            for sample in 0..<samples {
                for element in 0..<count {
                    let words = philox(
                        [UInt32(element / 4), arguments.firstSample + UInt32(sample), arguments.step, UInt32(stream)],
                        key: (arguments.seedLow, arguments.seedHigh))
                    let pair = element % 4 / 2 * 2
                    let radius = (-2 * log((Double(words[pair]) + 0.5) * 0x1p-32)).squareRoot()
                    let angle = 2 * Double.pi * Double(words[pair + 1]) * 0x1p-32
                    let expected = radius * (element % 2 == 0 ? cos(angle) : sin(angle))
                    // A uniform number next to 1 is rounded to 24 bits, and the root makes that felt in a small radius.
                    let tolerance = 2e-6 * (1 + abs(expected)) + 1.2e-7 / radius
                    let error = abs(Double(actual[sample * count + element]) - expected)
                    if error > tolerance { wrong += 1 }
                }
            }
            #expect(wrong == 0, "seed \(seed), \(count) elements")
        }
    }

    @Test(arguments: InstructionSet.available)
    func noiseIsNormal(set: InstructionSet) {
        var arguments = RunArguments()
        arguments.seedLow = 2026
        let values = noise(set, arguments, count: 784, samples: 2000, stream: 3).map { Double($0) }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let moments = (2...4).map { power in values.reduce(0) { $0 + pow($1 - mean, Double(power)) } / count }
        // Five standard errors of each estimate, for a normal distribution.
        #expect(abs(mean) < 5 / count.squareRoot())
        #expect(abs(moments[0] - 1) < 5 * (2 / count).squareRoot())
        #expect(abs(moments[1] / pow(moments[0], 1.5)) < 5 * (6 / count).squareRoot())
        #expect(abs(moments[2] / (moments[0] * moments[0]) - 3) < 5 * (24 / count).squareRoot())
        let tail = Double(values.filter { abs($0) > 3 }.count) / count
        #expect(abs(tail - 0.0026998) < 5 * (0.0027 / count).squareRoot())
        // Neighbours are not correlated.
        for distance in 1...4 {
            let products = (0..<values.count - distance).reduce(0) { $0 + values[$1] * values[$1 + distance] }
            #expect(abs(products / count) < 5 / count.squareRoot(), "distance \(distance)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func samplesAreTheSameHoweverTheyAreSplit(set: InstructionSet) {
        var arguments = RunArguments()
        arguments.seedLow = 5
        arguments.step = 9
        arguments.firstSample = 40
        let whole = noise(set, arguments, count: 101, samples: 6, stream: 1)
        var parts: [Float] = []
        for samples in [1, 3, 2] {
            parts += noise(set, arguments, count: 101, samples: samples, stream: 1)
            arguments.firstSample += UInt32(samples)
        }
        #expect(whole == parts)
        let other = noise(set, arguments, count: 101, samples: 6, stream: 2)
        #expect(zip(whole, other).allSatisfy { $0 != $1 })
    }

    @Test(arguments: InstructionSet.available)
    func noiseIsScaledAndAdded(set: InstructionSet) {
        var random = SeededGenerator(seed: 1)
        let source = random.floats(3 * 45)
        let arguments = RunArguments()
        let normal = noise(set, arguments, count: 43, samples: 3, stream: 0)
        let buffer = GuardedFloats(source)
        let parameters = RandomParameters(count: 43, stream: 0, amount: 0.25, sourceStride: 45, destinationStride: 45)
        set.run(.gaussianNoise, [buffer, buffer, operand(arguments)], parameters, samples: 3)
        let expected: [Double?] = source.indices.map { index in
            let (sample, element) = (index / 45, index % 45)
            return Double(source[index]) + (element < 43 ? 0.25 * Double(normal[sample * 43 + element]) : 0)
        }
        #expect(firstDifference(buffer.values, expected, tolerance: 1e-6) == nil)
    }

    @Test(arguments: InstructionSet.available, [Float(0), 0.1, 0.5, 0.999, 1])
    func dropoutKeepsTheRightElements(set: InstructionSet, amount: Float) {
        for count in [1, 5, 64, 100, 333] {
            var arguments = RunArguments()
            arguments.seedHigh = 77
            arguments.firstSample = 8
            var random = SeededGenerator(seed: count)
            let source = random.floats(2 * count, in: 1...2)
            let result = GuardedFloats(count: 2 * count)
            let parameters = RandomParameters(
                count: count, stream: 6, amount: amount, sourceStride: count, destinationStride: count)
            set.run(.dropout, [GuardedFloats(source), result, operand(arguments)], parameters, samples: 2)
            let expected: [Double?] = source.indices.map { index in
                let words = philox(
                    [UInt32(index % count / 4), UInt32(8 + index / count), arguments.step, 6], key: (0, 77))
                let uniform = Double(words[index % count % 4] >> 8) * 0x1p-24
                return uniform < Double(amount) ? 0 : Double(source[index]) / (1 - Double(amount))
            }
            let difference = firstDifference(result.values, expected, tolerance: 1e-6)
            #expect(difference == nil, "\(count) elements")
        }
    }
}
