import ApusInstructions

/// What a convolution costs by each algorithm, in cycles of a core, before its layouts and tiles are chosen.
///
/// An algorithm takes the time of its products, or that in which its weights come from far memory if this is longer, and the
/// time of its transforms.
struct AlgorithmCost {
    /// Vectors of f32 in a register.
    let lanes: Int

    private let core = CoreModel()
    /// Products of vectors that a direct convolution does in a cycle.
    static var productsPerCycle: Double { CoreModel().multiplyAdds * 0.95 }
    /// The share of the multiply-adds that there is time for which a direct convolution does: its loops begin anew with each
    /// row of the kernel. And the cycles in which each of its sums is begun and stored.
    private let directEfficiency = 0.95
    private let directSum = 2.0
    /// Cycles in which a vector is loaded, goes through a line of F(2, 3), and is stored; and one of F(4, 3), which has more
    /// than twice the operations.
    private let shortLine = 1.1
    private let longLine = 2.3
    /// Cycles in which a vector of a plain source is copied into blocks, or to where it has a border.
    private let copy = 6.0
    /// Bytes of weights that stay near from one sample to the next, and bytes that come from farther in a cycle.
    private let nearBytes = 1 << 20
    private let farBandwidth = 16.0
    /// The same of the nearest cache.
    private let nearestBytes = 32 * 1024
    private let nearBandwidth = 32.0

    func cycles(of work: ConvolutionProblem, by algorithm: ConvolutionAlgorithm) -> Double {
        Double(work.groups) * cyclesOfGroup(work, by: algorithm)
    }

    private func cyclesOfGroup(_ work: ConvolutionProblem, by algorithm: ConvolutionAlgorithm) -> Double {
        switch algorithm {
        case .direct:
            let products = Double(work.height * work.width * 9 * work.inputs * outputBlocks(work)) / core.multiplyAdds
            let sums = (work.isWeightGradient ? 9 * work.inputs : work.height * work.width) * outputBlocks(work)
            return max(products / directEfficiency, readCycles(weights: 9 * work.inputs * work.outputs))
                + Double(sums) * directSum
        case .winograd(let tile): return cycles(of: work, tile: tile)
        case .winogradRows: return cyclesOfRows(work)
        }
    }

    private func outputBlocks(_ work: ConvolutionProblem) -> Int { (work.outputs + lanes - 1) / lanes }

    private func cycles(of work: ConvolutionProblem, tile: WinogradTile) -> Double {
        let inputBlocks = (work.inputs + lanes - 1) / lanes
        let outputBlocks = outputBlocks(work)
        let (height, width) = (Int(tile.height), Int(tile.width))
        let count = ((work.height + height - 1) / height) * ((work.width + width - 1) / width)
        // What the transforms of both images go through, and in weight gradients the sums, which are loaded and stored.
        let line = (height == 2 ? shortLine : longLine) + (width == 2 ? shortLine : longLine)
        let transforms = Double(count * tile.frequencies * (inputBlocks + outputBlocks)) * line
        let sums = work.isWeightGradient ? Double(tile.frequencies * work.inputs * outputBlocks) * 2 / core.loads : 0
        let copies = work.isPlain ? Double(inputBlocks * work.height * work.width) * copy : 0
        let products = Double(tile.frequencies) * productCycles(work, tiles: count)
        let reads = readCycles(weights: tile.frequencies * work.inputs * work.outputs)
        return max(products, reads) + transforms + sums + copies
    }

    /// Cycles of the products of one frequency.
    private func productCycles(_ work: ConvolutionProblem, tiles: Int) -> Double {
        let terms = work.isWeightGradient ? tiles : work.inputs
        let columns = work.isWeightGradient ? work.inputs : tiles
        let outputs = min(2, outputBlocks(work))
        let maximum = ConvolutionTile.maximumSums(lanes: lanes) / outputs
        let parts = (columns + maximum - 1) / maximum
        let width = Double(columns) / Double(parts)
        let term = core.term(sums: Double(outputs) * width, vectors: Double(outputs), scalars: width)
        return Double(terms * parts) * term * Double(outputBlocks(work)) / Double(outputs)
    }

    /// Two rows of two pairs of columns are summed at a time. For each channel that takes the weights' 12 vectors and 16 lines of
    /// transforms, which come from the second cache where the nearest doesn't hold those of all channels.
    private func cyclesOfRows(_ work: ConvolutionProblem) -> Double {
        let tiles = ((work.height + 1) / 2) * ((work.width + 3) / 4)
        let (vectors, scalars) = (12, 16)
        let bytes = (vectors + scalars) * lanes * 4
        let loaded =
            work.inputs * bytes <= nearestBytes
            ? Double(vectors + 2 * scalars) / core.loads : Double(bytes) / nearBandwidth
        let products =
            Double(tiles * work.inputs * outputBlocks(work)) * max(Double(3 * scalars) / core.multiplyAdds, loaded)
        // Of the source, by one line, and of the sums.
        let transforms =
            (work.height + 3) * ((work.width / 2 + lanes) / lanes) * 4 * work.inputs
            + tiles * outputBlocks(work) * scalars
        let copies = Double(work.inputs * work.height * work.width / lanes) * copy
        return max(products, readCycles(weights: vectors * work.inputs * work.outputs))
            + Double(transforms) * shortLine + copies
    }

    /// Cycles in which weights that are too many for the nearer caches are read.
    private func readCycles(weights: Int) -> Double {
        weights * 4 <= nearBytes ? 0 : Double(weights * 4) / farBandwidth
    }
}
