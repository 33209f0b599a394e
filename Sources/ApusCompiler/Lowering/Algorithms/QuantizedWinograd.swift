import ApusGraph
import ApusInstructions

/// A convolution of bytes by Winograd's algorithm in whole numbers: where that can be and is worth it, and how its weights are packed. See
/// ``QuantizedWinogradParameters``.
struct QuantizedWinograd: Sendable {
    private let shape: ConvolutionShape
    private let lanes: Int
    private let isPooled: Bool
    private let tiling: QuantizedWinogradTiling

    /// Bytes of transformed weights, eight times as many as there are weights, that the second cache should hold beside all else.
    private static let weightBytes = 2 << 20
    /// Sums must have so many bits without their sign.
    private static let sumBits = 25
    /// Of the transforms no number becomes so small that single precision loses bits of it.
    private static let leastScale = 0x1p-100

    /// Cycles for a block of channels of a tile of four rows and columns: to transform the source, and to make results and pooled ones.
    private static let (sourceTile, resultTile, pooledTile) = (85.0, 140.0, 118.0)
    /// Cycles for the products of a word in a tile of results by the definition, where an instruction multiplies four bytes and where there is
    /// none: then they are widened first. Plans are the same for both; vectors of 16 lanes mostly have it.
    private static let (word, widenedWord) = (1.05, 2.0)
    /// The same for a pair of 16 bits.
    private static let pair = 1.05

    /// Nil for convolutions that it doesn't compute.
    ///
    /// - Parameters:
    ///   - pool: the pooling window, where there is one.
    ///   - permitted: it is as exact as the definition, but has more weights and needs memory for its transforms.
    init?(_ shape: ConvolutionShape, pool: [Int]?, lanes: Int, permitted: ConvolutionAlgorithms) {
        let convolution = shape.convolution
        guard permitted != .direct, pool == nil || pool == [2, 2], convolution.kernel == [3, 3],
            convolution.stride == [1, 1], convolution.dilation == [1, 1], convolution.groups == 1
        else { return nil }
        self.shape = shape
        self.lanes = lanes
        isPooled = pool != nil
        tiling = QuantizedWinogradTiling(
            height: shape.geometry.outputHeight, width: shape.geometry.outputWidth, isPooled: isPooled)
        guard transformedBytes <= Self.weightBytes else { return nil }
    }

    private var points: Int { QuantizedWinogradParameters.points }
    /// Input channels, up to whole blocks.
    private var inputs: Int { shape.channels.roundedUp(to: lanes) }
    /// Output blocks.
    private var outputBlocks: Int { (shape.convolution.filters + lanes - 1) / lanes }

    /// Bytes of the transformed weights.
    private var transformedBytes: Int { 2 * points * inputs * outputBlocks * lanes }

    /// Bytes of weights that samples read together: where a pass has the tiles of at least two.
    var sharedWeightBytes: Int { tiling.count <= 8 ? transformedBytes : 0 }

    /// What tiles, and results that fill no window, read around the source.
    var sourceBorder: Border {
        let geometry = shape.geometry
        let rows = max(tiling.sourceRows, geometry.outputHeight + 2)
        let columns = max(tiling.sourceColumns, geometry.outputWidth + 2)
        return Border(
            top: geometry.padTop, left: geometry.padLeft, bottom: max(0, rows - geometry.padTop - shape.height),
            right: max(0, columns - geometry.padLeft - shape.width))
    }

    /// The estimated cycles of a sample, and by the definition.
    var cycles: (own: Double, direct: Double) {
        let blocks = Double(outputBlocks)
        let result = isPooled ? Self.pooledTile : Self.resultTile
        // Transforms take about as long as they have frequencies.
        let tiles = Double(tiling.points) / Double(points)
        let own =
            tiles
            * (Double(points * inputs / 2) * blocks * Self.pair + Double(inputs / lanes) * Self.sourceTile
                + blocks * result)
        let sums = Double(shape.geometry.outputHeight * shape.geometry.outputWidth) * blocks
        let direct = sums * (Double(9 * inputs / 4) * (lanes == 16 ? Self.word : Self.widenedWord) + 2)
        return (own, direct)
    }

    /// How many tiles are transformed at a time: few if all samples have no more, or they take more bytes than the limit.
    func passTiles(samples: Int, limit: Int?) -> Int {
        guard samples * tiling.count > 4 else { return 4 }
        return scratchBytes(passTiles: 16) <= limit ?? .max ? 16 : 4
    }

    /// Bytes that the transforms of so many tiles take.
    func scratchBytes(passTiles: Int = 4) -> Int {
        QuantizedWinogradParameters.scratchBytes(sourceBlocks: inputs / lanes, passTiles: passTiles, lanes: lanes)
    }

    /// Whether no sum can be too large for it, and no scale too small.
    ///
    /// - Parameter bias: with the products of the source's zero taken away.
    func isExact(bias: [Int32], weights: Elements, scales: [Float]) -> Bool {
        let codes = weights.whole
        let count = codes.count / shape.convolution.filters
        let limit = 1 << Self.sumBits
        for filter in 0..<shape.convolution.filters {
            var (least, greatest) = (Int(bias[filter]), Int(bias[filter]))
            for code in codes[filter * count..<(filter + 1) * count] {
                if code < 0 { least += 255 * code } else { greatest += 255 * code }
            }
            guard least >= -limit, greatest < limit else { return false }
        }
        return scales.allSatisfy { Double($0) >= Self.leastScale }
    }

    /// The transformed weights, as ``QuantizedWinogradParameters`` has them. O(36 · weights).
    func weights(_ elements: Elements) -> [UInt8] {
        let codes = elements.whole
        let (filters, reads) = (shape.convolution.filters, shape.channels)
        var packed = [UInt8](repeating: 0, count: transformedBytes)
        for filter in 0..<filters {
            let (block, lane) = (filter / lanes, filter % lanes)
            for channel in 0..<reads {
                let first = 9 * (filter * reads + channel)
                let frequencies = Self.transformed(codes[first..<first + 9])
                for (point, frequency) in frequencies.enumerated() {
                    let pair = block & ~1
                    let row = pair * points + point * min(2, outputBlocks - pair) + block % 2
                    let place = 2 * (((row * inputs / 2 + channel / 2) * lanes + lane) * 2 + channel % 2)
                    packed[place] = UInt8(truncatingIfNeeded: frequency)
                    packed[place + 1] = UInt8(truncatingIfNeeded: frequency >> 8)
                }
            }
        }
        return packed
    }

    /// `G g Gᵀ` of the nine weights of a kernel, row by row.
    private static func transformed(_ kernel: ArraySlice<Int>) -> [Int] {
        let weights = Array(kernel)
        let columns = (0..<3).map { line(weights[$0], weights[3 + $0], weights[6 + $0]) }
        return (0..<6).flatMap { line(columns[0][$0], columns[1][$0], columns[2][$0]) }
    }

    private static func line(_ a: Int, _ b: Int, _ c: Int) -> [Int] {
        [6 * a, -(a + b + c), -(a - b + c), a + 2 * b + 4 * c, a - 2 * b + 4 * c, 6 * c]
    }
}
