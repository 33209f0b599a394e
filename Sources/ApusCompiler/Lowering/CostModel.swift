import ApusInstructions

/// What a convolution costs on a target, in cycles of a core, by a model of what limits its kernel.
///
/// A term of a tile of `o` output blocks and `p` positions takes `o · p` multiply-adds, `o` vectors of weights and `p`
/// scalars, and every sum waits for the one before. The constants were measured on AMD's Zen 4; that the products matter most
/// is so everywhere.
struct CostModel {
    /// Vectors of f32 in a register.
    let lanes: Int
    /// Multiply-adds of a vector in a cycle.
    let multiplyAdds: Double
    /// Vectors and scalars loaded in a cycle.
    let vectorLoads: Double
    let scalarLoads: Double
    /// Cycles from a multiply-add to the one that needs its sum: four, and some more until it is its turn.
    let latency = 4.4
    /// Cycles to start a tile's loops, to go from one row of the kernel to the next, to call the kernel of some tiles of
    /// a row, and to store a sum.
    let tileStart = 12.0
    let kernelRow = 4.0
    let call = 30.0
    let sumStore: Double

    init(lanes: Int) {
        self.lanes = lanes
        let isWide = lanes == 16
        multiplyAdds = isWide ? 1 : 2
        vectorLoads = isWide ? 1 : 2
        scalarLoads = 2
        sumStore = isWide ? 2 : 1
    }

    /// A convolution as the model sees it.
    struct Convolution {
        /// Output blocks and input channels of a group, and how many groups there are.
        var outputBlocks: Int
        var inputs: Int
        var groups: Int
        /// Channels that lie side by side in the source.
        var inputBlock: Int
        var kernel: (height: Int, width: Int)
        var output: (height: Int, width: Int)
        /// 1 × 1 where there is no pooling.
        var window: (height: Int, width: Int)

        init(_ parameters: ConvolutionParameters) {
            outputBlocks = max(1, Int(parameters.outputBlocks))
            groups = (parameters.destination.blocks + outputBlocks - 1) / outputBlocks
            inputBlock = Int(parameters.source.channelBlock)
            inputs = min(Int(parameters.source.channels), Int(parameters.inputBlocks) * inputBlock)
            kernel = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
            output = (Int(parameters.outputHeight), Int(parameters.outputWidth))
            let isPooled = parameters.poolHeight > 0
            window = isPooled ? (Int(parameters.poolHeight), Int(parameters.poolWidth)) : (1, 1)
        }
    }

    /// The tile of the least estimate; of equals the one with the fewest sums.
    func fastestTile(for convolution: Convolution) -> ConvolutionTile {
        let tiles = ConvolutionTile.all(lanes: lanes).filter { $0.outputs <= max(1, convolution.outputBlocks) }
        let cycles = tiles.map { self.cycles(of: convolution, tile: $0) }
        let least = cycles.min() ?? 0
        return zip(tiles, cycles).first { $0.1 == least }?.0 ?? ConvolutionTile(outputs: 1, positions: 1)
    }

    /// Cycles of one sample.
    func cycles(of convolution: Convolution, tile: ConvolutionTile) -> Double {
        let (rows, columns) = (
            convolution.output.height / convolution.window.height, convolution.output.width / convolution.window.width
        )
        let area = convolution.window.height * convolution.window.width
        let holdsWindows = convolution.window == (2, 2) && tile.positions.isMultiple(of: 4)
        // A tile's places are windows or positions; windows that are not held are gone through position by position.
        let most = holdsWindows ? Int(tile.positions) / 4 : Int(tile.positions)
        let passes = holdsWindows ? 1 : area
        let places = max(1, rows * columns)
        let tiles = (places + most - 1) / most
        let positions = Double(places) / Double(tiles) * (holdsWindows ? 4 : 1)
        let calls = passes > 1 ? tiles * passes : self.calls(tiles, rows: rows, columns: columns, most: most)
        var total = 0.0
        var left = convolution.outputBlocks
        while left > 0 {
            let parts = (left + Int(tile.outputs) - 1) / Int(tile.outputs)
            let outputs = left / parts
            total +=
                Double(tiles * passes) * cycles(of: convolution, outputs: Double(outputs), positions: positions)
                + Double(calls) * call
            left -= outputs
        }
        return total * Double(convolution.groups)
    }

    /// A call computes the tiles that a row has room for; a tile that goes on in the next row is a call of its own.
    private func calls(_ tiles: Int, rows: Int, columns: Int, most: Int) -> Int {
        columns.isMultiple(of: most) ? rows : min(tiles, 2 * rows)
    }

    /// Cycles of one tile.
    private func cycles(of convolution: Convolution, outputs: Double, positions: Double) -> Double {
        let term = max(
            outputs * positions / multiplyAdds, latency, outputs / vectorLoads + positions / scalarLoads)
        let kernelRows =
            convolution.kernel.height * (convolution.inputs + convolution.inputBlock - 1)
            / convolution.inputBlock
        return Double(convolution.inputs * convolution.kernel.height * convolution.kernel.width) * term
            + Double(kernelRows) * kernelRow + tileStart + outputs * positions * sumStore
    }
}
