import ApusInstructions
import Testing

@Suite struct DenseTests {
    @Test(arguments: InstructionSet.available)
    func denseLayersAndTheirGradientsAreWhatPlainLoopsGive(set: InstructionSet) {
        for seed in 1...80 {
            var random = SeededGenerator(state: UInt64(seed))
            let samples = random.number(1...8)
            let (inputs, outputs) = (random.number(1...70), random.number(1...70))
            let padded = (outputs + set.lanes - 1) / set.lanes * set.lanes
            var parameters = DenseParameters(
                inputs: inputs, outputs: outputs, sourceStride: inputs + random.number(0...3),
                destinationStride: padded + random.number(0...3))
            parameters.activation = Int32(random.number(0...1))
            let (sourceStride, destinationStride) = (
                Int(parameters.sourceStride), Int(parameters.destinationStride)
            )
            let context = "\(set), seed \(seed), \(samples) samples, \(parameters)"
            let sourceValues = random.wholeNumbers(samples * inputs)
            let source = Numbers.filled(samples * sourceStride)
            for index in 0..<samples * inputs {
                source[index / inputs * sourceStride + index % inputs] = sourceValues[index]
            }
            let weightValues = random.wholeNumbers(outputs * inputs)
            let weights = Numbers.holding(weightValues)
            let packing = PackParameters(
                form: .forward, outputs: outputs, inputs: inputs, outputBlock: set.lanes, inputBlock: 1)
            let packed = Numbers.filled(packing.packedElements)
            set.run(.packWeights, [weights.address, packed.address], packing)
            let biasValues = random.chance(70) ? random.wholeNumbers(outputs) : nil
            let bias = Numbers.filled(padded)
            if let biasValues {
                let short = Numbers.holding(biasValues)
                set.run(
                    .padVector, [short.address, bias.address],
                    PadVectorParameters(count: outputs, paddedCount: padded))
            }
            let destination = Numbers.filled(samples * destinationStride, with: 555)
            set.run(
                .dense,
                [source.address, packed.address, biasValues == nil ? nil : bias.address, destination.address],
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
            #expect(wrong == 0 && destination.isIntact, "\(context)")

            let gradientValues = random.wholeNumbers(samples * outputs)
            let gradient = Numbers.filled(samples * destinationStride)
            for index in 0..<samples * outputs {
                gradient[index / outputs * destinationStride + index % outputs] = gradientValues[index]
            }
            let packedGradient = Numbers.filled(packing.packedElements, with: 2)
            let biasGradient = Numbers.filled(padded, with: 3)
            set.run(
                .denseWeightGradient,
                [source.address, gradient.address, packedGradient.address, seed % 2 == 0 ? nil : biasGradient.address],
                parameters, samples: samples)
            let weightGradient = Numbers.filled(outputs * inputs)
            set.run(.unpackWeights, [packedGradient.address, weightGradient.address], packing)
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
            #expect(packedGradient.isIntact && biasGradient.isIntact && weightGradient.isIntact, "\(context)")
        }
    }
}
