import ApusInstructions

/// Where the transforms of at most `room` tiles (4 or 16) lie, and the sums of their products with the weights of one or two output blocks.
/// Distances are bytes, and most of them constants, parts of the instructions that read and write.
struct WinogradCodePass<let room: Int> {
    let tallNarrow: WinogradCodeTiles
    let tallWide: WinogradCodeTiles
    let lowWide: WinogradCodeTiles
    let lowNarrow: WinogradCodeTiles
    let sourceBlocks: Int
    /// Output blocks at a time.
    let outputs: Int
    /// `[block][36][tile][V]` of 16 bits.
    let transforms: Bytes
    /// `[36][tile][outputs][V]` of 32 bits.
    let sums: Bytes
    /// Of the weights, from an output block to the next at a point.
    let outputWeights: Int

    /// From a frequency of a block to the next.
    @inline(__always)
    static var pointStep: Int { 2 * room * lanes + (room == 4 ? 0 : 64) }
    @inline(__always)
    static var blockStep: Int { 36 * pointStep }
    /// From the sums of a frequency to those of the next.
    @inline(__always)
    static var sumStep: Int { 4 * sumRoom * lanes + 64 }
    /// The sums of a frequency that there is room for. As `QuantizedWinogradParameters.scratchBytes` has it, which isn't known here.
    @inline(__always)
    private static var sumRoom: Int { lanes == 16 && room == 16 ? 16 : 2 * room }

    /// - Parameters:
    ///   - first: the number of the first of `count` tiles of an image: all of them, where there are several `samples`.
    ///   - outputBlocks: all of the convolution.
    @inline(__always)
    init(
        _ tiling: QuantizedWinogradTiling, first: Int, count: Int, samples: Int, sourceBlocks: Int, outputBlocks: Int,
        scratch: Bytes
    ) {
        self.sourceBlocks = sourceBlocks
        outputs = min(outputBlocks, 2, Self.sumRoom / (samples &* count))
        transforms = scratch
        sums = scratch + sourceBlocks &* Self.blockStep
        outputWeights = 2 &* sourceBlocks &* lanes &* lanes

        let (narrow, columns) = (tiling.narrowTiles, tiling.wideColumns)
        let wide = min(max(narrow &- first, 0), count)
        let low = min(max(narrow &+ tiling.tallRows &* columns &- first, 0), count)
        let last = min(max(narrow &+ tiling.wideTiles &- first, 0), count)
        tallNarrow = WinogradCodeTiles(0..<wide, samples, first, columns: 1, left: columns)
        tallWide = WinogradCodeTiles(wide..<low, samples, first &+ wide &- narrow, columns: columns, left: 0)
        lowWide = WinogradCodeTiles(low..<last, samples, first &+ low &- narrow, columns: columns, left: 0)
        lowNarrow = WinogradCodeTiles(last..<count, samples, tiling.tallRows, columns: 1, left: columns)
    }

    /// The tiles of the pass that have the frequencies of a row: all, and the wide ones, which alone have columns 3 and 4.
    @inline(__always)
    func tiles(row: Int) -> (all: Range<Int>, wide: Range<Int>) {
        let end = row == 3 || row == 4 ? tallWide.places.upperBound : lowNarrow.places.upperBound
        let start = tallWide.places.lowerBound
        return (0..<end, start..<max(start, min(end, lowWide.places.upperBound)))
    }
}

/// Tiles of one kind: the same of each of some samples.
struct WinogradCodeTiles {
    /// In a pass.
    let places: Range<Int>
    private let samples: Int
    /// Of a sample.
    private let count: Int
    private let first: Int
    private let columns: Int
    private let left: Int

    /// - Parameters:
    ///   - places: in a pass of one sample.
    ///   - first: the first one's number, of tiles in rows of `columns`.
    ///   - left: the column of tiles of the image that is the first of these.
    @inline(__always)
    init(_ places: Range<Int>, _ samples: Int, _ first: Int, columns: Int, left: Int) {
        self.places = samples &* places.lowerBound..<samples &* places.upperBound
        (self.samples, count) = (samples, places.count)
        (self.first, self.columns, self.left) = (first, columns, left)
    }

    /// Runs `body` for each tile's place in the pass, sample, row and column.
    @inline(__always)
    func forEach(_ body: (_ place: Int, _ sample: Int, _ row: Int, _ column: Int) -> Void) {
        guard count > 0 else { return }
        var place = places.lowerBound
        var sample = 0
        repeat {
            var position = TilePosition(first, columns: columns)
            var tiles = count
            repeat {
                body(place, sample, position.row, left &+ position.column)
                position.advance()
                place &+= 1
                tiles &-= 1
            } while tiles > 0
            sample &+= 1
        } while sample < samples
    }
}
