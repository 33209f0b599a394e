import ApusInstructions
import Testing

@Suite struct WeightGradientTests {
    @Test(arguments: InstructionSet.available, [false, true])
    func weightGradientsAreWhatPlainLoopsGive(set: InstructionSet, depthwise: Bool) {
        for seed in 1...60 {
            check(ConvolutionCase(seed: seed, lanes: set.lanes, depthwise: depthwise, pooled: false), set)
        }
    }

    private func check(_ work: ConvolutionCase, _ set: InstructionSet) {
        let parameters = work.parameters
        let result = parameters.destination
        var random = SeededGenerator(seed: work.seed + 1000)
        let image = Int(result.height) * Int(result.width)
        let gradients = random.wholeNumbers(work.samples * work.outputs * image)
        let gradient = GuardedFloats(result.image(gradients, samples: work.samples))
        let source = GuardedFloats(parameters.source.image(work.source, samples: work.samples))
        // What was there before is added to: in places of real input channels.
        let packing = work.packing(lanes: set.lanes)
        let packed = GuardedFloats(count: packing.packedElements, repeating: 2)
        let wantsBias = work.bias != nil
        let bias = GuardedFloats(count: result.blocks * set.lanes, repeating: 3)
        set.run(
            work.depthwise ? .depthwiseWeightGradient : .convolutionWeightGradient,
            [source, gradient, packed, wantsBias ? bias : nil],
            parameters, samples: work.samples)
        let weightGradient = GuardedFloats(count: work.weights.count, repeating: garbage)
        set.run(.unpackWeights, [packed, weightGradient], packing)

        func gradientValue(_ sample: Int, _ output: Int, _ y: Int, _ x: Int) -> Double {
            Double(gradients[(sample * work.outputs + output) * image + y * Int(result.width) + x])
        }
        var wrong = 0
        for output in 0..<work.outputs {
            for channel in work.channels(of: output) {
                for row in 0..<work.kernel.height {
                    for column in 0..<work.kernel.width {
                        var sum = 2.0
                        for sample in 0..<work.samples {
                            for y in 0..<Int(result.height) {
                                for x in 0..<Int(result.width) {
                                    sum +=
                                        gradientValue(sample, output, y, x)
                                        * work.sourceValue(sample, channel, y: y, x: x, row: row, column: column)
                                }
                            }
                        }
                        let place = work.weightIndex(output, channel, row, column)
                        if Double(weightGradient[place]) != sum { wrong += 1 }
                    }
                }
            }
            guard wantsBias else { continue }
            var sum = 3.0
            for sample in 0..<work.samples {
                for place in 0..<image {
                    sum += Double(gradients[(sample * work.outputs + output) * image + place])
                }
            }
            if Double(bias[output]) != sum { wrong += 1 }
        }
        #expect(wrong == 0, "\(set), \(work)")
        if !work.depthwise {
            // Rows of input channels that there are none of.
            let block = Int(parameters.source.channelBlock)
            let rows = packed.count / set.lanes
            let untouched = (0..<rows).filter { row in
                let input = row / (block * work.kernel.height * work.kernel.width) % Int(parameters.inputBlocks)
                return !work.groupedBlocks && input * block + row % block >= work.inputs
            }
            #expect(
                untouched.allSatisfy { row in (0..<set.lanes).allSatisfy { packed[row * set.lanes + $0] == 2 } },
                "\(set), \(work)")
        }
    }
}
