import ApusInstructions
import Testing

@Suite struct BatchMeanTests {
    /// Samples with gaps between them, of less than a vector and of more than a part of a sum.
    @Test(arguments: InstructionSet.available)
    func meansAndTheirGradients(set: InstructionSet) {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: seed)
            let count = seed % 4 == 0 ? random.int(900...2500) : random.int(1...70)
            let stride = count + random.int(0...5)
            let samples = random.int(1...4)
            let parameters = BatchMeanParameters(count: count, sampleStride: stride)
            var arguments = RunArguments()
            arguments.inverseBatch = 1 / Float(random.int(1...64))
            let argumentOperand = withUnsafeBytes(of: arguments) {
                GuardedFloats(Array($0.bindMemory(to: Float.self)))
            }
            let source = random.floats(samples * stride, in: -1...1)
            let mean = GuardedFloats([0.5])
            let gradient = GuardedFloats(count: samples * stride)
            set.run(.batchMean, [GuardedFloats(source), mean, argumentOperand], parameters, samples: samples)
            set.run(
                .batchMeanGradient, [GuardedFloats([-1.5]), gradient, argumentOperand], parameters, samples: samples)
            let weight = Double(arguments.inverseBatch) / Double(count)
            var expected = 0.5
            var expectedGradient = [Double?](repeating: .nan, count: samples * stride)
            for sample in 0..<samples {
                for index in sample * stride..<sample * stride + count {
                    expected += weight * Double(source[index])
                    expectedGradient[index] = -1.5 * weight
                }
            }
            #expect(abs(Double(mean[0]) - expected) < 1e-6, "seed \(seed)")
            #expect(firstDifference(gradient.values, expectedGradient, tolerance: 1e-6) == nil, "seed \(seed)")
        }
    }
}
