import ApusInstructions
import TestSupport
import Testing

/// Dense layers of codes of 8 and 4 bits by every set of kernels, those that multiply bytes by fours too, against plain loops.
@Suite struct BlockDenseTests {
    @Test("results are the definition's, to the bit", arguments: InstructionSet.ofBytes)
    func areExact(set: InstructionSet) {
        for seed in 0..<150 {
            let item = BlockDenseCase(seed: seed, lanes: set.lanes)
            let result = item.run(on: set)
            for sample in 0..<item.samples {
                let row = sample * Int(item.parameters.destinationStride)
                for output in 0..<Int(item.parameters.outputs) {
                    let expected = item.result(sample: sample, output: output)
                    if result[row + output] != expected {
                        Issue.record(
                            "\(set), \(item): result \(output) of sample \(sample) is \(result[row + output]), not \(expected)"
                        )
                        return
                    }
                }
                let padded = (Int(item.parameters.outputs) + set.lanes - 1) / set.lanes * set.lanes
                let beside = result[row + padded..<row + Int(item.parameters.destinationStride)]
                #expect(beside.allSatisfy { $0 == 555 }, "\(set), \(item): numbers beside sample \(sample)")
            }
        }
    }

    /// What the numbers lose as whole numbers is of the size of what products and sums of f32 lose.
    @Test("results are as near as those of f32", arguments: InstructionSet.ofBytes)
    func areAccurate(set: InstructionSet) {
        for seed in 0..<40 {
            let item = BlockDenseCase(seed: seed, lanes: set.lanes)
            guard item.parameters.activation == 0 else { continue }
            let result = item.run(on: set)
            let inputs = Int(item.parameters.inputs)
            let blocks = BlockDenseParameters.blocks(inputs: inputs)
            for sample in 0..<item.samples {
                for output in 0..<Int(item.parameters.outputs) {
                    var sum = item.bias.map { Double($0[output]) } ?? 0
                    var largest = abs(sum)
                    for input in 0..<inputs {
                        let scale = Double(item.scales[output * blocks + input / 32])
                        let number = Double(item.source[sample * Int(item.parameters.sourceStride) + input])
                        sum += number * Double(item.codes[output * inputs + input]) * scale
                        largest += abs(number) * Double(1 << (item.parameters.bits - 1)) * scale
                    }
                    let error = abs(Double(result[sample * Int(item.parameters.destinationStride) + output]) - sum)
                    #expect(error <= 5e-7 * largest + 1e-37, "\(set), \(item): error \(error) of up to \(largest)")
                }
            }
        }
    }

    @Test("a row with an infinite number, or with none, has no numbers", arguments: InstructionSet.ofBytes)
    func wrongNumbers(set: InstructionSet) {
        for (seed, wrong) in [Float.infinity, -.infinity, .nan, .signalingNaN].enumerated() {
            var item = BlockDenseCase(seed: 900 + seed, lanes: set.lanes)
            item.source[Int(item.parameters.inputs) / 2] = wrong
            let result = item.run(on: set)
            for sample in 0..<item.samples {
                for output in 0..<Int(item.parameters.outputs) {
                    let value = result[sample * Int(item.parameters.destinationStride) + output]
                    #expect(value.isNaN == (sample == 0), "\(set), \(item)")
                }
            }
        }
    }
}
