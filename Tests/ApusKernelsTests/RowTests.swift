import ApusInstructions
import Glibc
import Testing

@Suite struct RowTests {
    /// Random rows with gaps between them.
    struct Case {
        var parameters: RowParameters
        let samples, count: Int
        var arguments = RunArguments()
        var labels: [Int32] = []

        init(_ random: inout SeededGenerator) {
            let columns = random.int(0...3) == 0 ? random.int(1...150) : random.int(1...20)
            let rows = random.int(1...3)
            let rowStride = columns + random.int(0...4)
            let sampleStride = rows * rowStride + random.int(0...4)
            parameters = RowParameters(
                count: columns, rows: rows, rowStride: rowStride, sampleStride: sampleStride)
            parameters.labelStride = Int32(rows + random.int(0...2))
            samples = random.int(1...4)
            count = samples * sampleStride
            arguments.inverseBatch = 1 / Float(random.int(1...64))
            for _ in 0..<samples * Int(parameters.labelStride) {
                labels.append(
                    Int32(
                        random.int(0...9) == 0
                            ? [-1, columns, 1 << 30][random.int(0...2)] : random.int(0...columns - 1)))
            }
        }

        /// Each row: the offsets of its elements, and its label.
        var rows: [(elements: Range<Int>, label: Int)] {
            (0..<samples).flatMap { sample in
                (0..<Int(parameters.rows)).map { row in
                    let start = sample * Int(parameters.sampleStride) + row * Int(parameters.rowStride)
                    return (
                        start..<start + Int(parameters.count),
                        Int(labels[sample * Int(parameters.labelStride) + row])
                    )
                }
            }
        }

        /// The labels and arguments as operands.
        var labelOperand: GuardedFloats { GuardedFloats(labels.map { Float(bitPattern: UInt32(bitPattern: $0)) }) }
        var argumentOperand: GuardedFloats {
            withUnsafeBytes(of: arguments) { GuardedFloats(Array($0.bindMemory(to: Float.self))) }
        }
    }

    func softmax(_ logits: [Double]) -> [Double] {
        let maximum = logits.max()!
        let powers = logits.map { exp($0 - maximum) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    @Test(arguments: InstructionSet.available)
    func softmaxAndItsLogarithm(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random)
            let values = random.floats(test.count, in: seed % 5 == 0 ? -200...200 : -5...5)
            let source = GuardedFloats(values)
            let plain = GuardedFloats(count: test.count)
            let logarithmic = GuardedFloats(count: test.count)
            set.run(.softmax, [source, plain], test.parameters, samples: test.samples)
            set.run(.logSoftmax, [source, logarithmic], test.parameters, samples: test.samples)
            // Results closer together, or farther apart.
            var apart = test.parameters
            apart.resultStride = apart.rows * apart.rowStride + Int32(random.int(0...7))
            let moved = GuardedFloats(count: test.samples * Int(apart.resultStride))
            set.run(.softmax, [source, moved], apart, samples: test.samples)
            let movedLogarithmic = GuardedFloats(count: test.samples * Int(apart.resultStride))
            set.run(.logSoftmax, [source, movedLogarithmic], apart, samples: test.samples)
            // In place as well.
            set.run(.softmax, [source, source], test.parameters, samples: test.samples)
            var expected = [Double?](repeating: .nan, count: test.count)
            var expectedLogarithm = expected
            for (elements, _) in test.rows {
                let logits = elements.map { Double(values[$0]) }
                let maximum = logits.max()!
                let total = log(logits.reduce(0) { $0 + exp($1 - maximum) })
                for (element, probability) in zip(elements, softmax(logits)) {
                    expected[element] = probability
                    expectedLogarithm[element] = Double(values[element]) - maximum - total
                    #expect(source[element] == plain[element], "seed \(seed)")
                    let (sample, offset) = element.quotientAndRemainder(
                        dividingBy: Int(test.parameters.sampleStride))
                    let place = sample * Int(apart.resultStride) + offset
                    #expect(moved[place] == plain[element], "seed \(seed)")
                    #expect(movedLogarithmic[place] == logarithmic[element], "seed \(seed)")
                }
            }
            let difference = firstDifference(plain.values, expected, tolerance: 1e-6)
            #expect(difference == nil, "seed \(seed), \(test.parameters)")
            let logarithmDifference = firstDifference(logarithmic.values, expectedLogarithm, tolerance: 1e-6)
            #expect(logarithmDifference == nil, "seed \(seed), \(test.parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func softmaxGradients(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random)
            let results = random.floats(test.count, in: 0...1)
            let gradients = random.floats(test.count)
            let plain = GuardedFloats(count: test.count)
            let logarithmic = GuardedFloats(count: test.count)
            set.run(
                .softmaxGradient, [GuardedFloats(results), GuardedFloats(gradients), plain], test.parameters,
                samples: test.samples)
            set.run(
                .logSoftmaxGradient, [GuardedFloats(results.map { $0 - 2 }), GuardedFloats(gradients), logarithmic],
                test.parameters, samples: test.samples)
            var expected = [Double?](repeating: .nan, count: test.count)
            var expectedLogarithm = expected
            for (elements, _) in test.rows {
                let product = elements.reduce(0) { $0 + Double(results[$1]) * Double(gradients[$1]) }
                let sum = elements.reduce(0) { $0 + Double(gradients[$1]) }
                for element in elements {
                    let (y, g) = (Double(results[element]), Double(gradients[element]))
                    expected[element] = y * (g - product)
                    expectedLogarithm[element] = g - exp(Double(results[element] - 2)) * sum
                }
            }
            let difference = firstDifference(plain.values, expected, tolerance: 1e-5)
            #expect(difference == nil, "seed \(seed), \(test.parameters)")
            let logarithmDifference = firstDifference(logarithmic.values, expectedLogarithm, tolerance: 1e-5)
            #expect(logarithmDifference == nil, "seed \(seed), \(test.parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func lossesAndTheirGradients(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random)
            let logits = random.floats(test.count, in: -6...6)
            var probabilities = random.floats(test.count, in: 0.01...1)
            // Some are zero: the loss is bounded there.
            for index in probabilities.indices where random.int(0...19) == 0 { probabilities[index] = 0 }
            let weight = Double(test.arguments.inverseBatch) / Double(test.parameters.rows)
            let (loss, logitLoss) = (GuardedFloats([0.5]), GuardedFloats([0.25]))
            let lossGradient = GuardedFloats([-1.5])
            let gradient = GuardedFloats(count: test.count)
            let logitGradient = GuardedFloats(count: test.count)
            let (labels, arguments) = (test.labelOperand, test.argumentOperand)
            set.run(
                .crossEntropy, [GuardedFloats(probabilities), labels, loss, arguments], test.parameters,
                samples: test.samples)
            set.run(
                .crossEntropyGradient, [GuardedFloats(probabilities), labels, lossGradient, gradient, arguments],
                test.parameters, samples: test.samples)
            set.run(
                .logitCrossEntropy, [GuardedFloats(logits), labels, logitLoss, arguments], test.parameters,
                samples: test.samples)
            set.run(
                .logitCrossEntropyGradient, [GuardedFloats(logits), labels, lossGradient, logitGradient, arguments],
                test.parameters, samples: test.samples)
            var (expectedLoss, expectedLogitLoss) = (0.5, 0.25)
            var expected = [Double?](repeating: .nan, count: test.count)
            var expectedLogit = expected
            for (elements, label) in test.rows {
                for element in elements {
                    expected[element] = 0
                    expectedLogit[element] = 0
                }
                guard elements.indices.contains(elements.lowerBound + label) else { continue }
                let place = elements.lowerBound + label
                let probability = max(Double(probabilities[place]), Double(Float(1e-30)))
                expectedLoss -= weight * log(probability)
                expected[place] = -1.5 * weight * (-1 / probability)
                let shares = softmax(elements.map { Double(logits[$0]) })
                expectedLogitLoss -= weight * log(shares[label])
                for (element, share) in zip(elements, shares) {
                    expectedLogit[element] = -1.5 * weight * (share - (element == place ? 1 : 0))
                }
            }
            #expect(abs(Double(loss[0]) - expectedLoss) <= 1e-6 * (1 + abs(expectedLoss)), "seed \(seed)")
            #expect(abs(Double(logitLoss[0]) - expectedLogitLoss) <= 1e-6 * (1 + expectedLogitLoss), "seed \(seed)")
            let difference = firstDifference(gradient.values, expected, tolerance: 1e-6)
            #expect(difference == nil, "seed \(seed), \(test.parameters)")
            let logitDifference = firstDifference(logitGradient.values, expectedLogit, tolerance: 1e-6)
            #expect(logitDifference == nil, "seed \(seed), \(test.parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func aDivergedRowIsSeenInTheLoss(set: InstructionSet) {
        let parameters = RowParameters(count: 10, rows: 1, rowStride: 10, sampleStride: 10)
        var row = [Float](repeating: 0.1, count: 10)
        row[3] = .nan
        let arguments = withUnsafeBytes(of: RunArguments()) { GuardedFloats(Array($0.bindMemory(to: Float.self))) }
        let (loss, logitLoss) = (GuardedFloats([0]), GuardedFloats([0]))
        let label = GuardedFloats([Float(bitPattern: 3)])
        set.run(.crossEntropy, [GuardedFloats(row), label, loss, arguments], parameters)
        set.run(.logitCrossEntropy, [GuardedFloats(row), label, logitLoss, arguments], parameters)
        #expect(loss[0].isNaN && logitLoss[0].isNaN)
        let probabilities = GuardedFloats(count: 10, repeating: 0)
        set.run(.softmax, [GuardedFloats(row), probabilities], parameters)
        #expect(probabilities.values.allSatisfy { $0.isNaN })
    }
}
