import ApusInstructions
import Testing

/// Every tile that the compiler may choose has a kernel, and all give the same.
@Suite struct ConvolutionTileTests {
    /// A 3 × 3 convolution of small whole numbers, on a source of single channels or of blocks.
    struct Case {
        let set: InstructionSet
        let sourceBlock: Int
        let strideX: Int
        let isPooled: Bool

        /// Parameters for an output of five rows of `columns`.
        func parameters(columns: Int, tile: ConvolutionTile) -> ConvolutionParameters {
            let (rows, outputs) = (5, 2 * set.lanes)
            let source = ImageLayout(
                channels: sourceBlock + 1, height: rows + 2, width: (columns - 1) * strideX + 3,
                channelBlock: sourceBlock)
            let divisor = isPooled ? 2 : 1
            let destination = ImageLayout(
                channels: outputs, height: rows / divisor, width: columns / divisor, channelBlock: set.lanes)
            var parameters = ConvolutionParameters(source: source, destination: destination)
            (parameters.kernelHeight, parameters.kernelWidth) = (3, 3)
            parameters.strideX = Int32(strideX)
            (parameters.outputHeight, parameters.outputWidth) = (Int32(rows), Int32(columns))
            (parameters.inputBlocks, parameters.outputBlocks) = (Int32(source.blocks), 2)
            if isPooled { (parameters.poolHeight, parameters.poolWidth) = (2, 2) }
            parameters.tile = tile
            return parameters
        }

        func result(columns: Int, tile: ConvolutionTile) -> [Float] {
            let parameters = parameters(columns: columns, tile: tile)
            var random = SeededGenerator(seed: columns)
            let (source, destination) = (parameters.source, parameters.destination)
            let weights = source.blocks * sourceBlock * 9 * destination.blocks * set.lanes
            let result = GuardedFloats(count: destination.sampleElements, repeating: 555)
            let operands = [
                GuardedFloats(random.wholeNumbers(source.sampleElements)), GuardedFloats(random.wholeNumbers(weights)),
                GuardedFloats(random.wholeNumbers(destination.blocks * set.lanes)), result, nil, nil,
            ]
            set.run(.convolution, operands, parameters)
            return result.values
        }
    }

    @Test(arguments: InstructionSet.available, [false, true])
    func allTilesAgree(set: InstructionSet, isPooled: Bool) {
        for sourceBlock in [1, set.lanes] {
            for strideX in 1...2 {
                let work = Case(set: set, sourceBlock: sourceBlock, strideX: strideX, isPooled: isPooled)
                let shape = work.parameters(columns: 2, tile: ConvolutionTile(outputs: 1, columns: 1))
                for tile in ConvolutionTile.all(lanes: set.lanes, for: shape) {
                    // One tile of all columns, and one of these with a narrower one beside it.
                    let both = 2 * Int(tile.columns) - (isPooled ? 2 : 1)
                    for columns in Set([Int(tile.columns), both].map { max(2, $0) }) {
                        let expected = work.result(columns: columns, tile: ConvolutionTile(outputs: 1, columns: 1))
                        let found = work.result(columns: columns, tile: tile)
                        #expect(found == expected, "\(set), \(tile), \(columns) columns, block \(sourceBlock)")
                    }
                }
            }
        }
    }
}
