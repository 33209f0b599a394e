import ApusInstructions

/// What a convolution costs on a target, in cycles of a core, by a model of what limits its kernel.
///
/// A term of a tile of `o` output blocks and `p` positions takes `o · p` multiply-adds, `o` vectors of weights and `p`
/// scalars, and every sum waits for the one before. The constants were measured on the machine of ``CoreModel``. On
/// others they differ, but there too the products take most of the time.
struct CostModel {
    /// Vectors of f32 in a register.
    let lanes: Int
    let core = CoreModel()
    /// Cycles to start the loops of a tile.
    let tileStart = 12.0
    /// Cycles to go from one row of the kernel to the next.
    let kernelRow = 4.0
    /// Cycles to call the function that computes some tiles.
    let call = 15.0
    /// Cycles of such a call where positions are linear: the address of each is computed first.
    let linearCall = 30.0
    /// Cycles to store a sum.
    let sumStore = 1.0
    /// Cycles to keep a sum of a position of a window, and to compare it with the others'.
    let sumScan = 3.0
    /// Cycles that a term takes longer where three of them follow each other in each sum.
    let sharedTerm = 1.0
    /// What of an image or of weights stays in a near cache beside the rest, in bytes.
    let cachedBytes = 128 * 1024

    /// A convolution as the model sees it.
    struct Convolution {
        /// Output blocks of a group, and how many groups there are.
        var outputBlocks: Int
        var groups: Int
        /// Input channels that one output block reads, and that two read together, on average.
        private var inputsOfOne: Int
        private var inputsOfTwo: Int
        /// Channels that lie side by side in the source.
        var inputBlock: Int
        var kernel: (height: Int, width: Int)
        var output: (height: Int, width: Int)
        var stride: (y: Int, x: Int)
        /// Whether neighbouring places of the kernel are neighbours in the source.
        var sharesScalars: Bool
        /// Bytes of a row of what one group reads of the source, and of one group's weights.
        var sourceRowBytes: Int
        var weightBytes: Int
        /// 1 × 1 where there is no pooling.
        var window: (height: Int, width: Int)

        init(_ parameters: ConvolutionParameters) {
            outputBlocks = max(1, Int(parameters.outputBlocks))
            groups = (parameters.destination.blocks + outputBlocks - 1) / outputBlocks
            inputBlock = Int(parameters.source.channelBlock)
            inputsOfOne = Self.inputs(parameters, outputs: 1)
            inputsOfTwo = Self.inputs(parameters, outputs: 2)
            kernel = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
            output = (Int(parameters.outputHeight), Int(parameters.outputWidth))
            stride = (Int(parameters.strideY), Int(parameters.strideX))
            sharesScalars = parameters.dilationX == 1 && kernel.width > 2
            sourceRowBytes = 4 * Int(parameters.inputBlocks) * parameters.source.rowStride
            weightBytes =
                4 * outputBlocks * Int(parameters.inputBlocks) * kernel.height * kernel.width * inputBlock
                * Int(parameters.destination.channelBlock)
            let isPooled = parameters.poolHeight > 0
            window = isPooled ? (Int(parameters.poolHeight), Int(parameters.poolWidth)) : (1, 1)
        }

        /// Input channels that `outputs` output blocks read together, on average.
        func inputs(outputs: Int) -> Int { outputs == 1 ? inputsOfOne : inputsOfTwo }

        private static func inputs(_ parameters: ConvolutionParameters, outputs: Int) -> Int {
            let blocks = parameters.destination.blocks
            var (read, passes) = (0, 0)
            // Groups that fill blocks are all alike.
            for block in Swift.stride(from: 0, to: parameters.groupOutputs > 0 ? blocks : 1, by: outputs) {
                let channels = parameters.inputChannels(
                    block: block, outputs: min(outputs, blocks - block),
                    lanes: Int(parameters.destination.channelBlock))
                read += channels.end - channels.first
                passes += 1
            }
            return max(1, read / max(1, passes))
        }
    }

    /// The tile of the minimum estimate; of equals the one with the fewest sums.
    func fastestTile(for parameters: ConvolutionParameters) -> ConvolutionTile {
        let convolution = Convolution(parameters)
        let tiles = ConvolutionTile.all(lanes: lanes, for: parameters)
            .filter { $0.outputs <= max(1, convolution.outputBlocks) }
            .sorted { $0.sums < $1.sums }
        let cycles = tiles.map { self.cycles(of: convolution, tile: $0) }
        let minimum = cycles.min() ?? 0
        var tile = zip(tiles, cycles).first { $0.1 == minimum }?.0 ?? ConvolutionTile(outputs: 1, columns: 1)
        tile.bandRows = Int32(bandRows(of: convolution, outputs: Int(tile.outputs)))
        return tile
    }

    /// Cycles of one sample.
    func cycles(of convolution: Convolution, tile: ConvolutionTile) -> Double {
        var total = 0.0
        var left = convolution.outputBlocks
        while left > 0 {
            let parts = (left + Int(tile.outputs) - 1) / Int(tile.outputs)
            let outputs = left / parts
            total +=
                tile.rows == 0
                ? linear(convolution, outputs: outputs, maximum: Int(tile.columns))
                : inRows(convolution, outputs: outputs, tile)
            left -= outputs
        }
        return total * Double(convolution.groups)
    }

    /// Cycles of tiles of rows: those of a row are as equal as can be. A call computes all of one width and height.
    private func inRows(_ convolution: Convolution, outputs: Int, _ tile: ConvolutionTile) -> Double {
        let columns = convolution.output.width / convolution.window.width * convolution.window.width
        let rows = convolution.output.height / convolution.window.height * convolution.window.height
        // Two columns of a window are never parted.
        let unit = convolution.window.width
        let parts = max(1, (columns + Int(tile.columns) - 1) / Int(tile.columns))
        let (narrow, wider) = (columns / unit / parts * unit, columns / unit % parts)
        func row(of height: Int) -> Double {
            Double(parts - wider) * cycles(of: convolution, outputs: outputs, rows: height, columns: narrow)
                + Double(wider) * cycles(of: convolution, outputs: outputs, rows: height, columns: narrow + unit)
        }
        let height = Int(tile.rows)
        let rest = rows % height
        let calls = Double((wider > 0 ? 2 : 1) * (rest > 0 ? 2 : 1))
        return Double(rows / height) * row(of: height) + (rest > 0 ? row(of: rest) : 0) + calls * call
    }

    /// Cycles of tiles of positions that flow. A call computes the tiles that a row has room for; a tile that goes on in the
    /// next row is a call of its own.
    private func linear(_ convolution: Convolution, outputs: Int, maximum: Int) -> Double {
        let rows = convolution.output.height / convolution.window.height
        let columns = convolution.output.width / convolution.window.width
        let area = convolution.window.height * convolution.window.width
        let holdsWindows = convolution.window == (2, 2) && maximum.isMultiple(of: 4)
        // A tile's places are windows or positions; windows that are not held are gone through position by position.
        let maximum = holdsWindows ? maximum / 4 : maximum
        let passes = holdsWindows ? 1 : area
        let places = max(1, rows * columns)
        let tiles = (places + maximum - 1) / maximum
        let positions = Double(places * (holdsWindows ? 4 : 1)) / Double(tiles)
        let calls =
            passes > 1 ? tiles * passes : columns.isMultiple(of: maximum) ? rows : min(tiles, 2 * rows)
        let scan = passes > 1 ? Double(outputs) * positions * sumScan : 0
        return Double(tiles * passes)
            * (cycles(of: convolution, outputs: outputs, positions: positions, scalars: positions) + scan)
            + Double(calls) * linearCall
    }

    /// Cycles of one tile.
    private func cycles(
        of convolution: Convolution, outputs: Int, rows: Int, columns: Int
    ) -> Double {
        let scalars = scalars(of: convolution, outputs: outputs, rows: rows, columns: columns)
        let waiting = outputs == 1 && convolution.sharesScalars ? sharedTerm : 0
        return cycles(
            of: convolution, outputs: outputs, positions: Double(rows * columns), scalars: scalars, waiting: waiting)
    }

    private func cycles(
        of convolution: Convolution, outputs: Int, positions: Double, scalars: Double, waiting: Double = 0
    ) -> Double {
        let sums = Double(outputs) * positions
        let term = core.term(sums: sums, vectors: Double(outputs), scalars: scalars) + waiting
        let inputs = convolution.inputs(outputs: outputs)
        let kernelRows =
            convolution.kernel.height * (inputs + convolution.inputBlock - 1) / convolution.inputBlock
        return Double(inputs * convolution.kernel.height * convolution.kernel.width) * term
            + Double(kernelRows) * kernelRow + tileStart + sums * sumStore
    }

    /// Scalars that a term of one output block reads on average: three places of the kernel that are neighbours share them.
    private func scalars(of convolution: Convolution, outputs: Int, rows: Int, columns: Int) -> Double {
        guard outputs == 1 && convolution.sharesScalars else { return Double(rows * columns) }
        let shared = convolution.kernel.width / 3 * 3
        let read = shared / 3 * rows * ((columns - 1) * convolution.stride.x + 3)
        return Double(read + (convolution.kernel.width - shared) * rows * columns) / Double(convolution.kernel.width)
    }

    /// After how many rows of results the next output blocks have their turn; 0 for all.
    ///
    /// All output blocks read the source, and all rows read the weights: what doesn't stay in the cache is brought there again
    /// for each of the others. Of the two orders that read one of them once, the one that brings fewer bytes.
    private func bandRows(of convolution: Convolution, outputs: Int) -> Int {
        let rowBytes = max(1, convolution.sourceRowBytes)
        let rows = convolution.output.height / convolution.window.height
        let rowsOfSource = convolution.window.height * convolution.stride.y
        let overlap = max(0, convolution.kernel.height - convolution.stride.y)
        let passes = (convolution.outputBlocks + outputs - 1) / outputs
        let source = rowBytes * (rows * rowsOfSource + overlap)
        if source <= cachedBytes || passes * convolution.groups == 1 { return 0 }
        let bandRows = max(1, (cachedBytes / rowBytes - overlap) / rowsOfSource)
        let bands = (rows + bandRows - 1) / bandRows
        let isCached = convolution.weightBytes <= cachedBytes
        let (byBlocks, byRows) = (passes * source, isCached ? 0 : bands * convolution.weightBytes)
        return byRows < byBlocks ? (rows + bands - 1) / bands : 0
    }
}
