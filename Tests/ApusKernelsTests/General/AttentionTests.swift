import ApusInstructions
import Testing

@Suite struct AttentionTests {
    @Test(arguments: InstructionSet.available)
    func attentionIsWhatTheFormulaGives(set: InstructionSet) throws {
        for seed in 1...150 {
            var random = SeededGenerator(seed: seed)
            let example = AttentionCase(&random, largest: random.chance(20) ? 120 : 20)
            let (output, logarithms) = try run(example, set)
            let expected = example.reference()
            // Scores are sums of at most 20 products below 2.25; their rounding errors are those of the exponents.
            let difference = firstDifference(output.values, expected.output, tolerance: 4e-6)
            #expect(difference == nil, "\(set), seed \(seed), \(example)")
            let other = firstDifference(logarithms.values, expected.logarithms, tolerance: 4e-6)
            #expect(other == nil, "logarithms, \(set), seed \(seed), \(example)")
            for index in output.values.indices where expected.output[index] == nil {
                #expect(output[index].isNaN, "element \(index), between rows, was written: \(set), seed \(seed)")
            }
        }
    }

    /// The gradient of `Σ output · u` against its central differences.
    @Test(arguments: InstructionSet.available)
    func gradientsAreCentralDifferences(set: InstructionSet) throws {
        for seed in 1...40 {
            var random = SeededGenerator(seed: seed)
            let example = AttentionCase(&random, largest: seed % 8 == 0 ? 60 : 7)
            let (output, logarithms) = try run(example, set)
            let gradient = random.floats(output.count, in: -1...1)
            let parameters = AttentionGradientParameters(example.parameters)
            let operands = try AttentionGradientInstruction(parameterBytes(parameters), lanes: set.lanes)
                .operands(samples: example.samples)
            let gradients = [example.query, example.key, example.value].map { GuardedFloats(count: $0.count) }
            set.run(
                .attentionGradient,
                [
                    GuardedFloats(gradient), operand(example.query), operand(example.key), operand(example.value),
                    operand(example.mask), operand(example.lengths), output, logarithms, gradients[0], gradients[1],
                    gradients[2], GuardedFloats(count: operands[11].bytes.upperBound / 4),
                ], parameters, samples: example.samples)
            func objective(_ example: AttentionCase) -> Double {
                zip(example.reference().output, gradient).reduce(0) { $0 + ($1.0 ?? 0) * Double($1.1) }
            }
            let fields: [WritableKeyPath<AttentionCase, [Double]>] = [\.query, \.key, \.value]
            for (field, result) in zip(fields, gradients) {
                // Of large cases, some elements.
                let step = max(1, result.count / 40)
                let expected = (0..<result.count).map { index -> Double? in
                    // What lies between rows isn't written.
                    if result[index].isNaN || index % step != 0 { return nil }
                    var (more, less) = (example, example)
                    more[keyPath: field][index] += 1e-5
                    less[keyPath: field][index] -= 1e-5
                    return (objective(more) - objective(less)) / 2e-5
                }
                let difference = firstDifference(result.values, expected, tolerance: 1e-5)
                #expect(difference == nil, "\(set), seed \(seed), \(field), \(example)")
            }
            #expect(gradients[0].values.count { !$0.isNaN } == elements(example, \.queries, \.heads, \.size))
            #expect(gradients[1].values.count { !$0.isNaN } == elements(example, \.keys, \.keyHeads, \.size))
            #expect(gradients[2].values.count { !$0.isNaN } == elements(example, \.keys, \.keyHeads, \.valueSize))
        }
    }

    private func elements(
        _ example: AttentionCase, _ rows: KeyPath<AttentionParameters, Int32>,
        _ heads: KeyPath<AttentionParameters, Int32>, _ size: KeyPath<AttentionParameters, Int32>
    ) -> Int {
        let sizes = example.parameters
        return example.samples * Int(sizes[keyPath: rows] * sizes[keyPath: heads] * sizes[keyPath: size])
    }

    @Test(arguments: InstructionSet.available)
    func whatIsNotANumberStaysInItsRow(set: InstructionSet) throws {
        var example = AttentionCase(queries: 5, keys: 40, size: 8)
        example.query[2 * 8 + 3] = .nan
        let (output, _) = try run(example, set)
        for index in 0..<5 * 8 { #expect(output[index].isNaN == (index / 8 == 2), "\(set), element \(index)") }
    }

    @Test func parametersThatNoKernelComputesAreRefused() {
        func refusal(_ change: (inout AttentionParameters) -> Void) -> String? {
            var parameters = AttentionParameters(heads: 4, queries: 3, keys: 5, size: 8, valueSize: 8, scale: 1)
            change(&parameters)
            do throws(ParameterError) {
                _ = try AttentionInstruction(parameterBytes(parameters), lanes: 8)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.queries = -1 } == "the number of queries is -1, below zero")
        #expect(refusal { $0.keys = -1 } == "the number of keys is -1, below zero")
        #expect(refusal { $0.size = -1 } == "the size of a head is -1, below zero")
        #expect(refusal { $0.valueSize = -1 } == "the size of a value is -1, below zero")
        #expect(refusal { $0.keyHeads = 3 } == "4 heads can't share 3 key heads evenly")
        #expect(refusal { $0.keyHeads = 0 } == "4 heads can't share 0 key heads evenly")
        #expect(refusal { $0.causal = 2 } == "causal is 2, neither 0 nor 1")
        #expect(refusal { $0.scale = .nan } == "the scale is nan")
        #expect(
            refusal { ($0.queries, $0.query.rowStride) = (.max, .max) }
                == "the query reaches beyond \(1 << 40) elements")
    }

    private func run(
        _ example: AttentionCase, _ set: InstructionSet
    ) throws -> (output: GuardedFloats, logarithms: GuardedFloats) {
        let operands = try AttentionInstruction(parameterBytes(example.parameters), lanes: set.lanes)
            .operands(samples: example.samples)
        let output = GuardedFloats(count: example.samples * Int(example.parameters.output.sampleStride))
        let logarithms = GuardedFloats(count: operands[6].bytes.upperBound / 4)
        #expect(operands[5].bytes.upperBound <= 4 * output.count)
        set.run(
            .attention,
            [
                operand(example.query), operand(example.key), operand(example.value), operand(example.mask),
                operand(example.lengths), output, logarithms,
                GuardedFloats(count: operands[7].bytes.upperBound / 4),
            ], example.parameters, samples: example.samples)
        return (output, logarithms)
    }
}
