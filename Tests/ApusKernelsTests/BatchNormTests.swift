import ApusInstructions
import Testing

@Suite struct BatchNormTests {
    @Test(arguments: InstructionSet.available)
    func agreesWithPlainLoops(set: InstructionSet) {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: seed)
            let (channels, height, width) = (random.int(1...37), random.int(1...7), random.int(1...9))
            let from = random.layout(channels: channels, height: height, width: width, block: set.lanes)
            let to = random.layout(channels: channels, height: height, width: width, block: set.lanes)
            let samples = random.int(1...4)
            let parameters = BatchNormParameters(source: from, destination: to, epsilon: 1e-3)
            let source = GuardedFloats(random.image(from, samples: samples, in: 3...7))
            let gradient = GuardedFloats(random.image(to, samples: samples))
            let scale = GuardedFloats(random.floats(channels))
            let bias = GuardedFloats(random.floats(channels))
            let destination = GuardedFloats(count: gradient.count)
            let inference = GuardedFloats(count: gradient.count)
            let mean = GuardedFloats(count: channels)
            let variance = GuardedFloats(count: channels)
            let sourceGradient = GuardedFloats(count: source.count)
            let scaleGradient = GuardedFloats(count: channels, repeating: 0.5)
            let biasGradient = GuardedFloats(count: channels, repeating: 0.25)
            set.run(
                .batchNormTraining, [source, scale, bias, destination, mean, variance], parameters, samples: samples)
            set.run(
                .batchNormInference, [source, scale, bias, mean, variance, inference], parameters, samples: samples)
            set.run(
                .batchNormGradient,
                [source, gradient, scale, mean, variance, sourceGradient, scaleGradient, biasGradient], parameters,
                samples: samples)

            let count = Double(samples * height * width)
            var means = [Double](repeating: 0, count: channels)
            var variances = means
            var (gradientSums, productSums) = (means, means)
            from.forEach(samples: samples) { n, c, y, x in means[c] += Double(source[from.index(n, c, y, x)]) / count }
            from.forEach(samples: samples) { n, c, y, x in
                let difference = Double(source[from.index(n, c, y, x)]) - means[c]
                variances[c] += difference * difference / count
            }
            let inverses = variances.map { 1 / ($0 + 1e-3).squareRoot() }
            var expected = [Double?](repeating: nil, count: destination.count)
            from.forEach(samples: samples) { n, c, y, x in
                let normal = (Double(source[from.index(n, c, y, x)]) - means[c]) * inverses[c]
                expected[to.index(n, c, y, x)] = normal * Double(scale[c]) + Double(bias[c])
                gradientSums[c] += Double(gradient[to.index(n, c, y, x)])
                productSums[c] += Double(gradient[to.index(n, c, y, x)]) * normal
            }
            var expectedGradient = [Double?](repeating: nil, count: source.count)
            from.forEach(samples: samples) { n, c, y, x in
                let normal = (Double(source[from.index(n, c, y, x)]) - means[c]) * inverses[c]
                let rest =
                    Double(gradient[to.index(n, c, y, x)]) - gradientSums[c] / count - normal * productSums[c] / count
                expectedGradient[from.index(n, c, y, x)] = Double(scale[c]) * inverses[c] * rest
            }
            let comparisons: [(String, GuardedFloats, [Double?], Double)] = [
                ("destination", destination, expected, 2e-4),
                ("inference", inference, expected, 2e-4),
                ("mean", mean, means, 1e-6),
                ("variance", variance, variances, 1e-5),
                ("source gradient", sourceGradient, expectedGradient, 1e-3),
                ("scale gradient", scaleGradient, productSums.map { $0 + 0.5 }, 1e-3),
                ("bias gradient", biasGradient, gradientSums.map { $0 + 0.25 }, 1e-4),
            ]
            for (name, actual, wanted, tolerance) in comparisons {
                let difference = firstDifference(actual.values, wanted, tolerance: tolerance)
                #expect(difference == nil, "\(name), seed \(seed), \(from)")
            }
            for (image, layout) in [(destination, to), (inference, to), (sourceGradient, from)] {
                #expect(firstTouchedBorder(image.values, layout) == nil, "seed \(seed)")
                // Unused lanes stay finite, whatever the source's hold.
                let mask = layout.pictureMask
                let finite = image.values.enumerated().allSatisfy { !mask[$0 % mask.count] || $1.isFinite }
                #expect(finite, "seed \(seed), \(layout)")
            }
        }
    }
}
