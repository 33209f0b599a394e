import ApusInstructions

/// What a convolution costs whose factors come in words of 32 bits, in cycles of a core that adds the products of a vector of words in one
/// instruction: the model that tiles are chosen by.
struct WordCostModel {
    let lanes: Int
    private let shapes: WordTileShapes
    /// Four bytes, or two numbers of bf16.
    private let elementsOfWord: Int
    private let core = CoreModel()
    /// Cycles to start the loops of a tile.
    private let tileStart = 12.0
    /// Cycles to start them where there is a word to a row of single channels, which takes no more from row to row.
    private let plainTileStart = 3.0
    /// Cycles to go from one row or place of the kernel to the next.
    private let kernelPlace = 2.0
    /// Cycles to make and store a result.
    private let result = 2.0
    /// Cycles to make bytes of up to four vectors of them: where there are few products, tiles should be multiples of that.
    private let fourResults = 6.0
    /// Cycles to prepare the loops of some output blocks.
    private let blockStart = 150.0
    /// Cycles to prepare the single loop of a whole image.
    private let imageStart = 40.0
    /// Cycles to load a vector of weights that serves one position: it comes from the second cache.
    private let weightsOnce = 2.0
    /// Cycles to find where the positions of a linear tile are.
    private let linearPosition = 5.0

    /// - Parameter stride: of columns.
    static func bytes(stride: Int32, lanes: Int) -> WordCostModel {
        WordCostModel(lanes: lanes, shapes: .bytes(stride: stride), elementsOfWord: 4)
    }

    /// - Parameter stride: of columns.
    static func bfloat16(stride: Int32, lanes: Int) -> WordCostModel {
        WordCostModel(lanes: lanes, shapes: .bfloat16(stride: stride), elementsOfWord: 2)
    }

    private init(lanes: Int, shapes: WordTileShapes, elementsOfWord: Int) {
        self.lanes = lanes
        self.shapes = shapes
        self.elementsOfWord = elementsOfWord
    }

    /// The tile that is estimated to be the fastest.
    func fastestTile(for convolution: ConvolutionParameters, samples: Int) -> ConvolutionTile {
        let isPooled = convolution.poolHeight > 0
        var shapes = isPooled ? [2] : [0]
        if !isPooled, self.shapes.hasRows(block: Int(convolution.source.channelBlock)) { shapes.append(1) }
        var best = ConvolutionTile(outputs: 1, rows: shapes[0], columns: isPooled ? 2 : 1)
        var least = Double.infinity
        for rows in shapes {
            // Tiles of up to eight output blocks are for any number of them.
            for outputs in self.shapes.outputs(of: convolution)
            where outputs != 2 || convolution.outputBlocks > 1 {
                for tile in self.shapes.all(outputs: outputs, rows: rows, lanes: lanes) {
                    let cycles = cycles(of: convolution, tile, samples: samples)
                    if cycles < least { (best, least) = (tile, cycles) }
                }
            }
        }
        return best
    }

    /// The estimated cycles of some samples.
    func cycles(of convolution: ConvolutionParameters, _ tile: ConvolutionTile, samples: Int) -> Double {
        let window = convolution.poolHeight > 0 ? 2 : 1
        let (rows, columns) = (Int(convolution.outputHeight) / window, Int(convolution.outputWidth) / window)
        func cycles(_ outputs: Int, of blocks: Int) -> Double {
            if blocks == 0 { return 0 }
            let once = self.cycles(of: convolution, tile, outputs, rows: rows, columns: columns, samples: samples)
            return Double(blocks / outputs) * (once + blockStart)
        }
        let blocks = convolution.destination.blocks
        switch tile.outputs {
        case 1: return cycles(1, of: blocks)
        case 2:
            // Of an odd number one is computed by itself, in each group.
            let groupOutputs = Int(convolution.outputBlocks)
            let paired = blocks / groupOutputs * (groupOutputs & ~1)
            return cycles(2, of: paired) + cycles(1, of: blocks - paired)
        default:
            let places = Int(convolution.kernelHeight) * Int(convolution.kernelWidth)
            let words = Int(convolution.inputBlocks) * places * lanes / elementsOfWord
            return imageStart + Double(samples * blocks) * (weightsOnce * Double(words) + result)
        }
    }

    /// The cycles of `outputs` output blocks.
    private func cycles(
        of convolution: ConvolutionParameters, _ tile: ConvolutionTile, _ outputs: Int, rows: Int, columns: Int,
        samples: Int
    ) -> Double {
        if tile.rows == 0 {
            let count = samples * rows * columns
            let width = shapes.widest(
                outputs: outputs, rows: 0, within: min(Int(tile.columns), count), lanes: lanes)
            let tiles = Double((count + width - 1) / width)
            return tiles * (self.tile(convolution, outputs, rows: 1, width) + linearPosition * Double(width))
        }
        let window = Int(tile.rows)
        let width = shapes.widest(
            outputs: outputs, rows: window, within: min(Int(tile.columns), columns * window), lanes: lanes)
        let whole = columns / (width / window)
        var row = Double(whole) * self.tile(convolution, outputs, rows: window, width)
        let rest = columns - whole * (width / window)
        if rest > 0 {
            let narrow = shapes.narrowest(
                outputs: outputs, rows: window, covering: rest * window, within: width, lanes: lanes)
            row += self.tile(convolution, outputs, rows: window, narrow)
        }
        return Double(samples * rows) * row
    }

    /// The cycles of a tile.
    private func tile(_ convolution: ConvolutionParameters, _ outputs: Int, rows: Int, _ columns: Int) -> Double {
        let positions = Double(rows * columns)
        let sums = positions * Double(outputs)
        let block = Int(convolution.source.channelBlock)
        let places = Double(convolution.kernelHeight) * (block == 1 ? 1 : Double(convolution.kernelWidth))
        let inputs = Double(convolution.inputBlocks)
        let words =
            block == 1 ? Double(Int(convolution.kernelWidth) / elementsOfWord) : Double(block) / Double(elementsOfWord)
        // A tile of few sums has four of each where their order is nobody's concern.
        let chained = elementsOfWord == 4 && sums <= 2 ? sums * 4 : sums
        let loads = positions == 1 ? Double(outputs) * weightsOnce : (positions + Double(outputs)) / core.loads
        let term = max(sums / core.multiplyAdds, core.latency * sums / chained, loads)
        let results = sums / Double(rows * rows)
        if block == 1 && words == 1 {
            let packs = (results / Double(outputs) / 4).rounded(.up) * Double(outputs)
            return plainTileStart + inputs * places * term + result * results + fourResults * packs
        }
        return tileStart + inputs * places * (kernelPlace + words * term) + result * results
    }
}
