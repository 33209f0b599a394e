/// A 3 × 3 convolution of stride 1, or its weight gradient, by Winograd's minimal filtering: F(h × w, 3 × 3) of Lavin and
/// Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), section 4, where h × w is `tile`.
///
/// The output is cut into tiles of h × w positions, row by row; those of the last row and column may reach beyond it. Each
/// reads an input tile of h + 2 rows and w + 2 columns. With the matrices of that paper, which are others for columns than for
/// rows where h is not w, and `p = (h + 2)(w + 2)` frequencies, for an input tile `d`, a 3 × 3 kernel `g` and a tile `y`:
///
///     y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
///
/// where the product in the middle is summed over the input channels: for each frequency one matrix product. That takes
/// `p / (h · w)` multiply-adds for each output and input channel instead of 9: 4 with tiles of 2 × 2, 3 with 2 × 4, and 2.25
/// with 4 × 4. Interpolation is at 0, 1, −1 and infinity where the tile has 2 rows or columns, and at 0, ±¾, ±1½ and
/// infinity where it has 4.
///
/// Where the tile has 4, products are summed over ``termsOfPartialSum`` channels at a time, and these partial sums are
/// summed: errors then grow with the root of many fewer additions than the 9 for each channel of the direct convolution, which
/// makes up for those of the transforms where there are many channels. So errors are no larger than the direct convolution's
/// with 2 × 2 for any number of channels, and with others from ``WinogradTile/minimumInputs`` on; with fewer channels those of 4 × 4 are
/// two to three times as large.
///
/// **winogradConvolution** computes what ``ConvolutionParameters`` says of **convolution**: bias, addend, activation,
/// pooling (none, or 2 × 2: `poolHeight` and `poolWidth` are both 0 or both 2) and argmax are as there. The source's block
/// is V, and its border covers every input tile.
///
/// - Packed weights are `[frequency][output block][input channel][V]`, input channels padded to V: see ``PackParameters``. Where they
///   have more output blocks than the destination, `weightBlocks` says how many: the operand's address is that of the first block used.
/// - The scratch is ``convolutionScratchElements(lanes:)`` long and holds `passTiles` tiles at a time.
///
/// Groups are groups of blocks, all of whose channels are there: the `g`-th `groupOutputs` blocks of the destination read the `g`-th
/// `groupInputs` blocks of the source, and the packed weights have the input channels of the block's own group alone. Groups of
/// channels that do not fill blocks go into one block of the source and of the destination, with zero weights between them.
///
/// Where `unpools` is 1, `source` is the layout of the gradient of what 2 × 2 windows were pooled to, and the source argmax, of
/// `sourceArgmaxStride` bytes a sample, is what the pool stored, as ``ConvolutionParameters`` says. What is convolved is the
/// gradient behind the pool, which ``PoolParameters`` says of **maxUnpool**: the kernel makes it in registers, input tile by input tile.
/// `padTop` and `padLeft` count its rows and columns, and are both even or both odd. The border, of zeros, covers every window
/// that an input tile has a part in; there are no argmaxes of it.
///
/// **winogradWeightGradient** adds to the packed weight gradient (same order, before `unpackWeights` applies Gᵀ · G) the sum
/// over samples and tiles of `(A δ Aᵀ) ⊙ (Bᵀ d B)`, where `δ` is a tile of the destination gradient, and to the bias
/// gradient, where it is not null, the sum of the destination gradient. `destination` is here the layout of the gradient
/// of the sums where no pooling is given. Where it is, `destination` is the layout of the pooled gradient, and with the argmax, which
/// is then there, the kernel makes of it the gradient of the sums as it goes along.
///
/// **winogradRowConvolution** is for sources whose block is 1: the first layers of networks. Only rows are transformed: it
/// is F(1 × 2, 3 × 3), with 6 multiply-adds for each output and input channel, and there is no addend. Rows of the output are
/// done in pairs, `passTiles` pairs at a time. Packed weights are `[output block][input channel][kernel row][4 frequencies][V]`.
/// The source's border covers `2·rowPairs + 2` rows of `2·V·pairVectors + 2` columns from the first that is read on; what
/// is beyond the columns that the output needs may be any finite value. The scratch is ``rowScratchElements(lanes:)`` long.
package struct WinogradParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    /// `row` where only rows are transformed.
    package var tile: WinogradTile
    package var padTop: Int32 = 0
    package var padLeft: Int32 = 0
    package var outputHeight: Int32 = 0
    package var outputWidth: Int32 = 0
    package var activation: Int32 = 0
    /// Of the activation **clip**.
    package var floor: Float = 0
    package var ceiling: Float = 0
    package var poolHeight: Int32 = 0
    package var poolWidth: Int32 = 0
    package var argmaxStride: Int32 = 0
    /// The maximum number of tiles whose transforms are in the scratch at a time.
    package var passTiles: Int32 = 1
    /// The maximum number of blocks of a convolution's result whose transforms are in the scratch at a time: an even number.
    package var productBlocks: Int32 = 2
    /// Output blocks of a convolution's packed weights; 0: those of the destination.
    package var weightBlocks: Int32 = 0
    /// Blocks of the source that one group of blocks of the destination reads, and blocks of that group; 0 where all read all.
    package var groupInputs: Int32 = 0
    package var groupOutputs: Int32 = 0
    /// Whether the source is what 2 × 2 windows were pooled to, and bytes of the argmax a sample.
    package var unpools: Int32 = 0
    package var sourceArgmaxStride: Int32 = 0
    /// The addend's layout where there is one; its block is V.
    package var addend: ImageLayout

    package init(source: ImageLayout, destination: ImageLayout, tile: WinogradTile) {
        self.source = source
        self.destination = destination
        self.tile = tile
        addend = destination
    }

    /// Input channels whose products are summed before these partial sums are.
    package static let termsOfPartialSum = 16

    /// Rows and columns that are computed: of the whole output, or of the windows that are whole.
    package var computedHeight: Int { Int(poolHeight > 0 ? outputHeight / poolHeight * poolHeight : outputHeight) }
    package var computedWidth: Int { Int(poolHeight > 0 ? outputWidth / poolWidth * poolWidth : outputWidth) }
    package var tileRows: Int { (computedHeight + Int(tile.height) - 1) / Int(tile.height) }
    package var tileColumns: Int { (computedWidth + Int(tile.width) - 1) / Int(tile.width) }
    /// Tiles of a sample.
    package var tiles: Int { tileRows * tileColumns }

    /// Pairs of rows and of columns that are computed where only rows are transformed.
    package var rowPairs: Int { (computedHeight + 1) / 2 }
    package var columnPairs: Int { (computedWidth + 1) / 2 }
    /// Vectors that hold a frequency of all pairs of a row.
    package func pairVectors(lanes: Int) -> Int { (columnPairs + lanes - 1) / lanes }

    /// Vectors from one tile's transform to the next: one more than there are frequencies, so that a frequency of several
    /// tiles does not fall on the same few lines of a cache.
    package var transformVectors: Int { tile.frequencies + 1 }

    /// Blocks of the source that a block of the destination reads.
    package var blocksRead: Int { groupInputs > 0 ? Int(groupInputs) : source.blocks }

    /// Elements of the scratch of a convolution: the transforms of the source, and of `productBlocks` of the result.
    package func convolutionScratchElements(lanes: Int) -> Int {
        Int(passTiles) * (source.blocks + Int(productBlocks)) * transformVectors * lanes
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
