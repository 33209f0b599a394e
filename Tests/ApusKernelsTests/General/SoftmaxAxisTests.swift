import ApusInstructions
import Glibc
import Testing

@Suite struct SoftmaxAxisTests {
    @Test(arguments: InstructionSet.available)
    func softmaxAndItsGradientAlongAnyAxis(set: InstructionSet) throws {
        for seed in 0..<80 {
            var random = SeededGenerator(seed: seed)
            let (outer, axis) = (random.int(0...3), random.int(1...12))
            let inner = random.int(0...2) == 0 ? random.int(60...150) : random.int(1...20)
            let samples = random.int(1...3)
            let isLogarithmic = seed % 2 == 1
            var parameters = SoftmaxAxisParameters(
                outer: outer, axis: axis, inner: inner, isLogarithmic: isLogarithmic)
            parameters.destinationSampleStride += Int32(random.int(0...5))
            let count = samples * outer * axis * inner
            let values = random.floats(count, in: seed % 5 == 0 ? -150...150 : -4...4)
            let extents = try definition(SoftmaxAxisInstruction.self, parameters).operands(samples: samples)
            let destination = GuardedFloats(count: extents[1].bytes.count / 4)
            set.run(.softmaxAxis, [GuardedFloats(values), destination], parameters, samples: samples)
            let results = random.floats(count, in: 0...1).map { isLogarithmic ? $0 - 2 : $0 }
            let gradients = random.floats(count)
            let gradientExtents = try definition(SoftmaxAxisGradientInstruction.self, parameters).operands(
                samples: samples)
            let gradient = GuardedFloats(count: gradientExtents[2].bytes.count / 4)
            set.run(
                .softmaxAxisGradient, [GuardedFloats(results), GuardedFloats(gradients), gradient], parameters,
                samples: samples)
            var expected = [Double?](repeating: .nan, count: destination.count)
            var expectedGradient = expected
            for sample in 0..<samples {
                for line in 0..<outer * inner {
                    let offsets = (0..<axis).map { (line / inner * axis + $0) * inner + line % inner }
                    let x = offsets.map { Double(values[sample * outer * axis * inner + $0]) }
                    let y = offsets.map { Double(results[sample * outer * axis * inner + $0]) }
                    let g = offsets.map { Double(gradients[sample * outer * axis * inner + $0]) }
                    let maximum = x.max()!
                    let total = x.reduce(0) { $0 + exp($1 - maximum) }
                    let product = zip(y, g).reduce(0) { $0 + $1.0 * $1.1 }
                    for (step, offset) in offsets.enumerated() {
                        let place = sample * Int(parameters.destinationSampleStride) + offset
                        expected[place] =
                            isLogarithmic ? x[step] - maximum - log(total) : exp(x[step] - maximum) / total
                        expectedGradient[place] =
                            isLogarithmic ? g[step] - exp(y[step]) * g.reduce(0, +) : y[step] * (g[step] - product)
                    }
                }
            }
            #expect(
                firstDifference(destination.values, expected, tolerance: 1e-6) == nil, "seed \(seed), \(parameters)")
            #expect(firstDifference(gradient.values, expectedGradient, tolerance: 5e-6) == nil, "seed \(seed)")
        }
    }

    @Test func refusesWhatItCantCompute() {
        func message(_ change: (inout SoftmaxAxisParameters) -> Void) -> String {
            var parameters = SoftmaxAxisParameters(outer: 2, axis: 3, inner: 4, isLogarithmic: false)
            change(&parameters)
            do throws(ParameterError) {
                _ = try definition(SoftmaxAxisInstruction.self, parameters)
                _ = try definition(SoftmaxAxisGradientInstruction.self, parameters)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message { _ in } == "")
        #expect(message { $0.axis = -2 } == "extent 6 is -2, less than 0")
        #expect(message { $0.isLogarithmic = 2 } == "isLogarithmic is 2, not in 0 to 1")
    }
}
