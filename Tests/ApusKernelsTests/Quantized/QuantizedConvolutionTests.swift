import ApusInstructions
import TestSupport
import Testing

/// Convolutions of bytes by every set of kernels, those that multiply by fours too, against plain loops: to the bit.
@Suite struct QuantizedConvolutionTests {
    @Test("results are the definition's", arguments: InstructionSet.ofBytes)
    func areExact(set: InstructionSet) {
        for seed in 0..<600 {
            let item = QuantizedCase(seed: seed, lanes: set.lanes, isDepthwise: seed % 3 == 0)
            let result = item.run(on: set)
            let place = result.indices.first { (item.expected[$0] ?? 0xA5) != result[$0] }
            if let place {
                Issue.record(
                    "\(set), \(item): byte \(place) is \(result[place]), not \(item.expected[place].map { "\($0)" } ?? "left alone")"
                )
                return
            }
        }
    }

    @Test("every tile gives the same bytes", arguments: InstructionSet.ofBytes)
    func tilesAgree(set: InstructionSet) {
        for seed in 1000..<1020 {
            var item = QuantizedCase(seed: seed, lanes: set.lanes)
            let pooled = item.parameters.convolution.poolHeight > 0
            for rows in pooled ? [2] : item.parameters.convolution.strideX == 1 ? [0, 1] : [0] {
                for outputs in 1...2 {
                    for columns in 1...14
                    where WordTileShapes.bytes.exists(outputs: outputs, rows: rows, columns: columns, lanes: set.lanes)
                    {
                        item.parameters.convolution.tile = ConvolutionTile(
                            outputs: outputs, rows: rows, columns: columns)
                        let result = item.run(on: set)
                        #expect(
                            result.indices.allSatisfy { (item.expected[$0] ?? 0xA5) == result[$0] },
                            "\(set), \(item)")
                    }
                }
            }
        }
    }
}
