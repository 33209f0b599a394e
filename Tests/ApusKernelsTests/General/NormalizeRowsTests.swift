import ApusInstructions
import Testing

@Suite struct NormalizeRowsTests {
    /// Random rows, and what the formulas of ``NormalizeRowsParameters`` make of them in double precision.
    struct Case {
        var parameters: NormalizeRowsParameters
        let samples: Int
        let source, scales, biases: [Float]

        init(_ random: inout SeededGenerator) {
            let groups = random.int(1...3)
            let spatial = random.int(0...1) == 0 ? 1 : random.int(1...40)
            let channels = random.int(0...5) == 0 ? random.int(60...300) : random.int(1...40)
            let rows = random.int(0...1) == 0 ? groups : random.int(1...5)
            parameters = NormalizeRowsParameters(count: channels * spatial, rows: rows, epsilon: 1e-3)
            parameters.groups = Int32(groups)
            parameters.channels = Int32(channels)
            parameters.spatial = Int32(spatial)
            parameters.isCentered = Int32(random.int(0...1))
            parameters.statisticSampleStride += Int32(random.int(0...2))
            parameters.destinationSampleStride += Int32(random.int(0...3))
            samples = random.int(1...3)
            let offset = Float(random.int(-3...3))
            source = random.floats(samples * Int(parameters.sourceSampleStride)).map { $0 + offset }
            scales = random.floats(groups * channels)
            biases = random.floats(groups * channels)
        }

        var count: Int { Int(parameters.count) }

        /// Each row: sample, row, and the channel of its first element.
        var rows: [(sample: Int, row: Int, channel: Int)] {
            (0..<samples).flatMap { sample in
                (0..<Int(parameters.rows)).map { (sample, $0, $0 % Int(parameters.groups) * Int(parameters.channels)) }
            }
        }

        func statistics(_ sample: Int, _ row: Int) -> (mean: Double, inverse: Double) {
            let start = sample * Int(parameters.sourceSampleStride) + row * count
            let x = source[start..<start + count].map { Double($0) }
            let mean = parameters.isCentered == 1 ? x.reduce(0, +) / Double(count) : 0
            let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            return (mean, 1 / (variance + Double(parameters.epsilon)).squareRoot())
        }
    }

    @Test(arguments: InstructionSet.available)
    func rowsAreNormalized(set: InstructionSet) throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random)
            let isAffine = random.int(0...2) > 0
            let extents = try definition(NormalizeRowsInstruction.self, test.parameters).operands(samples: test.samples)
            let destination = GuardedFloats(count: extents[3].bytes.count / 4)
            let means = GuardedFloats(count: extents[4].bytes.count / 4)
            let inverses = GuardedFloats(count: extents[5].bytes.count / 4)
            let scales = isAffine ? GuardedFloats(test.scales) : nil
            let biases = isAffine ? GuardedFloats(test.biases) : nil
            #expect(extents[1].bytes.count == test.scales.count * 4)
            set.run(
                .normalizeRows, [GuardedFloats(test.source), scales, biases, destination, means, inverses],
                test.parameters, samples: test.samples)
            var expected = [Double?](repeating: .nan, count: destination.count)
            var expectedMeans = [Double?](repeating: .nan, count: means.count)
            var expectedInverses = expectedMeans
            for (sample, row, channel) in test.rows {
                let (mean, inverse) = test.statistics(sample, row)
                let place = sample * Int(test.parameters.statisticSampleStride) + row
                expectedMeans[place] = mean
                expectedInverses[place] = inverse
                for element in 0..<test.count {
                    let c = channel + element / Int(test.parameters.spatial)
                    let x = test.source[sample * Int(test.parameters.sourceSampleStride) + row * test.count + element]
                    let normal = (Double(x) - mean) * inverse
                    expected[sample * Int(test.parameters.destinationSampleStride) + row * test.count + element] =
                        isAffine ? normal * Double(test.scales[c]) + Double(test.biases[c]) : normal
                }
            }
            // A row's own numbers are known to 2^-24 of the maximum, which 1 / sqrt(epsilon) may magnify.
            #expect(
                firstDifference(destination.values, expected, tolerance: 3e-5) == nil,
                "seed \(seed), \(test.parameters)")
            #expect(firstDifference(means.values, expectedMeans, tolerance: 1e-6) == nil, "seed \(seed)")
            #expect(firstDifference(inverses.values, expectedInverses, tolerance: 1e-5) == nil, "seed \(seed)")
            // Without statistics, the same bits.
            let again = GuardedFloats(count: destination.count)
            set.run(
                .normalizeRows, [GuardedFloats(test.source), scales, biases, again, nil, nil], test.parameters,
                samples: test.samples)
            #expect(again.values.map(\.bitPattern) == destination.values.map(\.bitPattern), "seed \(seed)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func gradients(set: InstructionSet) throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random)
            let isAffine = random.int(0...2) > 0
            let extents = try definition(NormalizeRowsGradientInstruction.self, test.parameters).operands(
                samples: test.samples)
            let gradient = random.floats(extents[1].bytes.count / 4)
            var means = [Float](repeating: .nan, count: extents[3].bytes.count / 4)
            var inverses = means
            for (sample, row, _) in test.rows {
                let place = sample * Int(test.parameters.statisticSampleStride) + row
                let statistics = test.statistics(sample, row)
                means[place] = Float(statistics.mean)
                inverses[place] = Float(statistics.inverse)
            }
            let result = GuardedFloats(count: test.source.count)
            let beforeScale = random.floats(test.scales.count)
            let beforeBias = random.floats(test.scales.count)
            let scaleGradient = GuardedFloats(beforeScale)
            let biasGradient = GuardedFloats(beforeBias)
            set.run(
                .normalizeRowsGradient,
                [
                    GuardedFloats(test.source), GuardedFloats(gradient), isAffine ? GuardedFloats(test.scales) : nil,
                    test.parameters.isCentered == 1 ? GuardedFloats(means) : nil, GuardedFloats(inverses), result,
                    isAffine ? scaleGradient : nil, isAffine ? biasGradient : nil,
                ], test.parameters, samples: test.samples)
            var expected = [Double?](repeating: .nan, count: result.count)
            var expectedScale = beforeScale.map { Double($0) }
            var expectedBias = beforeBias.map { Double($0) }
            for (sample, row, channel) in test.rows {
                let (mean, inverse) = test.statistics(sample, row)
                let start = sample * Int(test.parameters.sourceSampleStride) + row * test.count
                let gradientStart = sample * Int(test.parameters.destinationSampleStride) + row * test.count
                var (sum, productSum) = (0.0, 0.0)
                var (h, normal) = ([Double](), [Double]())
                for element in 0..<test.count {
                    let c = channel + element / Int(test.parameters.spatial)
                    let g = Double(gradient[gradientStart + element])
                    normal.append((Double(test.source[start + element]) - mean) * inverse)
                    h.append(g * (isAffine ? Double(test.scales[c]) : 1))
                    sum += h[element]
                    productSum += h[element] * normal[element]
                    if isAffine {
                        expectedScale[c] += g * normal[element]
                        expectedBias[c] += g
                    }
                }
                let n = Double(test.count)
                for element in 0..<test.count {
                    let common = (test.parameters.isCentered == 1 ? sum : 0) + normal[element] * productSum
                    expected[start + element] = inverse * (h[element] - common / n)
                }
            }
            #expect(
                firstDifference(result.values, expected, tolerance: 5e-5) == nil, "seed \(seed), \(test.parameters)")
            #expect(firstDifference(scaleGradient.values, expectedScale, tolerance: 2e-5) == nil, "seed \(seed)")
            #expect(firstDifference(biasGradient.values, expectedBias, tolerance: 2e-5) == nil, "seed \(seed)")
        }
    }

    @Test func refusesWhatItCantCompute() {
        func message(_ change: (inout NormalizeRowsParameters) -> Void) -> String {
            var parameters = NormalizeRowsParameters(count: 12, rows: 2, epsilon: 1e-5)
            change(&parameters)
            do throws(ParameterError) {
                _ = try definition(NormalizeRowsInstruction.self, parameters)
                _ = try definition(NormalizeRowsGradientInstruction.self, parameters)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message { _ in } == "")
        #expect(message { $0.spatial = 2 } == "a row has 12 elements, not 12 channels of 2")
        #expect(message { $0.count = 0 } == "the count is 0, not in 1 to 2147483647")
        #expect(message { $0.groups = 0 } == "the groups is 0, not in 1 to 2147483647")
        #expect(message { $0.epsilon = -1 } == "epsilon is -1.0")
        #expect(message { $0.isCentered = 2 } == "isCentered is 2, not in 0 to 1")
        #expect(message { $0.rows = .max } == "the row extents come to more than 2147483648 elements")
    }
}
