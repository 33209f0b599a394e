/// A 3 × 3 convolution of stride 1, or its weight gradient, by Winograd's minimal filtering: F(`tile` × `tile`, 3 × 3) of
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), section 4.
///
/// The output is cut into tiles of `tile` × `tile` positions, row by row; those of the last row and column may reach beyond
/// it. Each reads a square of `tile + 2` rows and columns. With the matrices of that paper and `p = (tile + 2)²`
/// frequencies, for a square `d`, a 3 × 3 kernel `g` and a tile `y`:
///
///     y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
///
/// where the product in the middle is summed over the input channels: for each frequency one matrix product. That takes
/// `p / tile²` multiply-adds for each output and input channel instead of 9: 4 with `tile` 2, and 2.25 with `tile` 4.
/// Interpolation is at 0, 1, −1 and infinity for `tile` 2, where rounding is no worse than the direct convolution's; for
/// `tile` 4 at 0, ±¾, ±1½ and infinity, where it is two to three times the direct convolution's.
///
/// **winogradConvolution** computes what ``ConvolutionParameters`` says of **convolution**: bias, activation, pooling
/// (none, or 2 × 2: `poolHeight` and `poolWidth` are both 0 or both 2) and choice are as there. The source's block is V, and
/// its border covers every square.
///
/// - Packed weights are `[frequency][output block][input channel][V]`, input channels padded to V: see ``PackParameters``.
/// - The scratch is ``convolutionScratchElements(lanes:)`` long and holds `passTiles` tiles at a time.
///
/// **winogradWeightGradient** adds to the packed weight gradient (same order, before `unpackWeights` applies Gᵀ · G) the sum
/// over samples and tiles of `(A δ Aᵀ) ⊙ (Bᵀ d B)`, where `δ` is a tile of the destination gradient, and to the bias
/// gradient, where it is not null, the sum of the destination gradient. `destination` is here the layout of the gradient
/// of the sums, and no pooling is given.
///
/// **winogradRowConvolution** is for sources whose block is 1: the first layers of networks. Only rows are transformed: it
/// is F(1 × 2, 3 × 3), with 6 multiply-adds for each output and input channel, and `tile` is 1. Rows of the output are done
/// in pairs, `passTiles` pairs at a time. Packed weights are `[output block][input channel][kernel row][4 frequencies][V]`.
/// The source's border covers `2·rowPairs + 2` rows of `2·V·pairVectors + 2` columns from the first that is read on; what
/// is beyond the columns that the output needs may be any finite value. The scratch is ``rowScratchElements(lanes:)`` long.
package struct WinogradParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    /// Rows and columns of a tile: 2 or 4; 1 where only rows are transformed.
    package var tile: Int32
    package var padTop: Int32 = 0
    package var padLeft: Int32 = 0
    package var outputHeight: Int32 = 0
    package var outputWidth: Int32 = 0
    package var activation: Int32 = 0
    package var poolHeight: Int32 = 0
    package var poolWidth: Int32 = 0
    package var choiceStride: Int32 = 0
    /// The most tiles whose transforms are in the scratch at a time.
    package var passTiles: Int32 = 1

    package init(source: ImageLayout, destination: ImageLayout, tile: Int) {
        self.source = source
        self.destination = destination
        self.tile = Int32(tile)
    }

    /// Rows and columns that are computed: of the whole output, or of the windows that are whole.
    package var computedHeight: Int { Int(poolHeight > 0 ? outputHeight / poolHeight * poolHeight : outputHeight) }
    package var computedWidth: Int { Int(poolHeight > 0 ? outputWidth / poolWidth * poolWidth : outputWidth) }
    package var tileRows: Int { (computedHeight + Int(tile) - 1) / Int(tile) }
    package var tileColumns: Int { (computedWidth + Int(tile) - 1) / Int(tile) }
    /// Tiles of a sample.
    package var tiles: Int { tileRows * tileColumns }
    package var frequencies: Int { Int(tile + 2) * Int(tile + 2) }

    /// Pairs of rows and of columns that are computed where only rows are transformed.
    package var rowPairs: Int { (computedHeight + 1) / 2 }
    package var columnPairs: Int { (computedWidth + 1) / 2 }
    /// Vectors that hold a frequency of all pairs of a row.
    package func pairVectors(lanes: Int) -> Int { (columnPairs + lanes - 1) / lanes }

    /// Vectors from one tile's transform to the next: one more than there are frequencies, so that a frequency of several
    /// tiles does not fall on the same few lines of a cache.
    package var transformVectors: Int { frequencies + 1 }

    /// Elements of the scratch of a convolution: the transforms of the source, and of two blocks of the result.
    package func convolutionScratchElements(lanes: Int) -> Int {
        Int(passTiles) * (source.blocks + 2) * transformVectors * lanes
    }

    /// Elements of the scratch where only rows are transformed: four frequencies of each pair of columns.
    package func rowScratchElements(lanes: Int) -> Int {
        Int(source.channels) * (2 * Int(passTiles) + 2) * 4 * pairVectors(lanes: lanes) * lanes
    }

    /// Elements of the scratch of a weight gradient: the transforms of the source and of the gradient.
    package func gradientScratchElements(lanes: Int) -> Int {
        Int(passTiles) * (source.blocks + destination.blocks) * transformVectors * lanes
    }
}
