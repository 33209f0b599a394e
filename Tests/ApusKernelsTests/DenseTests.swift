import ApusInstructions
import Testing

@Suite struct DenseTests {
    @Test(arguments: InstructionSet.available)
    func denseLayersAndTheirGradientsAreWhatPlainLoopsGive(set: InstructionSet) {
        for seed in 1...80 {
            var random = SeededGenerator(seed: seed)
            let samples = random.int(1...8)
            let (inputs, outputs) = (random.int(1...70), random.int(1...70))
            let padded = (outputs + set.lanes - 1) / set.lanes * set.lanes
            var parameters = DenseParameters(
                inputs: inputs, outputs: outputs, sourceStride: inputs + random.int(0...3),
                destinationStride: padded + random.int(0...3))
            parameters.activation = Int32(random.int(0...1))
            let (sourceStride, destinationStride) = (
                Int(parameters.sourceStride), Int(parameters.destinationStride)
            )
            let context = "\(set), seed \(seed), \(samples) samples, \(parameters)"
            let sourceValues = random.wholeNumbers(samples * inputs)
            let source = GuardedFloats(rows(sourceValues, of: inputs, stride: sourceStride))
            let weightValues = random.wholeNumbers(outputs * inputs)
            let weights = GuardedFloats(weightValues)
            let packing = PackParameters(
                form: .forward, outputs: outputs, inputs: inputs, outputBlock: set.lanes, inputBlock: 1)
            let packed = GuardedFloats(count: packing.packedElements, repeating: garbage)
            set.run(.packWeights, [weights, packed], packing)
            let biasValues = random.chance(70) ? random.wholeNumbers(outputs) : nil
            let bias = GuardedFloats(count: padded, repeating: garbage)
            if let biasValues {
                let short = GuardedFloats(biasValues)
                set.run(
                    .padVector, [short, bias],
                    PadVectorParameters(count: outputs, paddedCount: padded))
            }
            let destination = GuardedFloats(count: samples * destinationStride, repeating: 555)
            set.run(
                .dense,
                [source, packed, biasValues == nil ? nil : bias, destination],
                parameters, samples: samples)
            var wrong = 0
            for sample in 0..<samples {
                for output in 0..<destinationStride {
                    var sum = 0.0
                    if output < outputs {
                        sum = biasValues.map { Double($0[output]) } ?? 0
                        for input in 0..<inputs {
                            sum += Double(sourceValues[sample * inputs + input] * weightValues[output * inputs + input])
                        }
                        if parameters.activation == 1 { sum = max(0, sum) }
                    } else if output >= padded {
                        sum = 555
                    }
                    if Double(destination[sample * destinationStride + output]) != sum { wrong += 1 }
                }
            }
            #expect(wrong == 0, "\(context)")

            let gradientValues = random.wholeNumbers(samples * outputs)
            let gradient = GuardedFloats(rows(gradientValues, of: outputs, stride: destinationStride))
            let packedGradient = GuardedFloats(count: packing.packedElements, repeating: 2)
            let biasGradient = GuardedFloats(count: padded, repeating: 3)
            set.run(
                .denseWeightGradient,
                [source, gradient, packedGradient, seed % 2 == 0 ? nil : biasGradient],
                parameters, samples: samples)
            let weightGradient = GuardedFloats(count: outputs * inputs, repeating: garbage)
            set.run(.unpackWeights, [packedGradient, weightGradient], packing)
            for output in 0..<outputs {
                for input in 0..<inputs {
                    let sum = (0..<samples).reduce(Float(2)) {
                        $0 + gradientValues[$1 * outputs + output] * sourceValues[$1 * inputs + input]
                    }
                    if weightGradient[output * inputs + input] != sum { wrong += 1 }
                }
                let sum = (0..<samples).reduce(Float(3)) { $0 + gradientValues[$1 * outputs + output] }
                if biasGradient[output] != (seed % 2 == 0 ? 3 : sum) { wrong += 1 }
            }
            #expect(wrong == 0, "gradient: \(context)")
        }
    }

    /// Rows of `count` values, `stride` elements apart, with garbage between them.
    private func rows(_ values: [Float], of count: Int, stride: Int) -> [Float] {
        var rows = [Float](repeating: garbage, count: values.count / count * stride)
        for index in values.indices { rows[index / count * stride + index % count] = values[index] }
        return rows
    }
}
