import ApusInstructions
import Testing

/// Convolutions of bf16 by every set of kernels, the one that multiplies pairs too, against plain loops: to the bit.
@Suite struct BFloat16ConvolutionTests {
    @Test("results are the definition's", arguments: InstructionSet.ofBFloats)
    func areExact(set: InstructionSet) {
        for seed in 0..<300 {
            let difference = BFloat16Case(seed: seed, lanes: set.lanes).difference(on: set)
            #expect(difference == nil)
            if difference != nil { return }
        }
    }

    @Test("every tile gives the same bits", arguments: InstructionSet.ofBFloats)
    func tilesAgree(set: InstructionSet) {
        for seed in 1000..<1012 {
            var item = BFloat16Case(seed: seed, lanes: set.lanes)
            let own = item.parameters.convolution
            let hasRows = own.strideX == 1 && own.source.channelBlock > 1
            for rows in own.poolHeight > 0 ? [2] : hasRows ? [0, 1] : [0] {
                let shapes = WordTileShapes.bfloat16(stride: own.strideX)
                for tile in (1...2).flatMap({ shapes.all(outputs: $0, rows: rows, lanes: set.lanes) }) {
                    item.parameters.convolution.tile = tile
                    #expect(item.difference(on: set) == nil)
                }
            }
        }
    }
}
