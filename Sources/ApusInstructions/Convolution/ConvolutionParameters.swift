/// A convolution from `source` to `destination`, and its weight gradient.
///
/// **convolution**: for each output channel `o` and each position `(y, x)` of `outputHeight` × `outputWidth`
///
///     sum[o, y, x] = bias[o] + Σ_(c, i, j) source[c, y·strideY + i·dilationY − padTop, x·strideX + j·dilationX − padLeft]
///                                          · weight[o, c, i, j]
///
/// where `c` runs over the input channels of `o`'s group. The source has a border that covers every position read: the
/// kernel tests none. Then `activation`; then, where `poolHeight` > 0, the maximum of each `poolHeight` × `poolWidth`
/// window (windows do not overlap, rows and columns that fill no window are not computed), and the result is stored. A sum
/// that is not a number stays so through activation and pooling.
/// The destination's height and width are those after pooling; its block is V.
///
/// - The bias has V lanes for each output block (zero in unused lanes). Null: zero.
/// - Packed weights are `[output block][input channel][i][j][V]`; the source's block may be 1 or V, and where it is V the
///   input channel index is padded: `[output block][input block][i][j][channel in block][V]` with zero weights in
///   unused places. Unused output lanes have zero weights. The unused lanes of the source are not read.
/// - Groups: output block `b` reads the `inputBlocks` input blocks from `(b / outputBlocks) · inputBlocks` on. Without
///   groups both count all blocks.
/// - Groups that do not fill blocks are packed as one group, with zero weights between the groups. `groupInputs` and
///   `groupOutputs` are the channels of each of these groups, and zero for all others: input channels whose weights are all
///   zero for the output blocks at hand are left out, see ``inputChannels(block:outputs:lanes:)``.
/// - The argmax, where not null and `poolHeight` > 0, has one byte for each element of the destination's image,
///   `[output block][pooled y][pooled x][V]` without border, `argmaxStride` bytes a sample: the index `i·poolWidth + j`
///   of the element chosen (the first maximum), or 255 where `activation` is relu and the result is not above
///   zero. `argmax` needs `poolHeight·poolWidth` < 255.
/// - `addend` is the layout of the addend, with the channels, the size and the block of the destination.
/// - The sums of a ``ConvolutionTile`` stay in registers. Where the pooling window is 2 × 2 and the tile holds whole windows,
///   these are its columns by twos of two rows, or its positions by fours where they flow.
///
/// **depthwiseConvolution**: the same with input channel `o` alone: source and destination have block V and the same
/// channels; packed weights are `[block][i][j][V]`. Group fields are not used. Whole vectors of the source are read.
///
/// **plainDepthwiseConvolution**: the same on plain images: source and destination have block 1 and no border, and at
/// least V pixels each. What is read outside of the source is zero. There is no pooling. The scratch is
/// ``plainDepthwiseScratchElements(lanes:)`` long.
///
/// **plainConvolution**: the convolution without groups, pooling and addend on plain images. Packed weights are those of **packMatrix**,
/// a line for each output channel, in panels of ``PlainConvolutionTile/panel(filters:lanes:)`` lines; the bias has zeros up to whole
/// panels. What is read outside of the source is zero. The scratch is that of a ``PlainConvolutionStrip``.
///
/// **convolutionWeightGradient**, **depthwiseWeightGradient**: add to the packed weight gradient (same order as the
/// packed weights, and only places of real input channels are touched) the sum over the samples and positions of
/// `destination gradient · source`, and to the bias gradient (V lanes each output block), where it is not null, the sum
/// of the destination gradient. `destination` is here the layout of the gradient of the sums, with no pooling, and its
/// image is `outputHeight` × `outputWidth`. What the gradients get in unused output lanes is not specified.
///
/// A **convolutionWeightGradient** may have a pooling window of 2 × 2: `destination` is then the layout of the pooled gradient,
/// and with the argmax, which is then there, the kernel makes of it the gradient of the sums as it goes along: see
/// **maxUnpool**. Strides and dilations are then 1, and the source's block is 1.
package struct ConvolutionParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package var kernelHeight: Int32 = 1
    package var kernelWidth: Int32 = 1
    package var strideY: Int32 = 1
    package var strideX: Int32 = 1
    package var dilationY: Int32 = 1
    package var dilationX: Int32 = 1
    package var padTop: Int32 = 0
    package var padLeft: Int32 = 0
    package var outputHeight: Int32 = 0
    package var outputWidth: Int32 = 0
    package var inputBlocks: Int32 = 0
    package var outputBlocks: Int32 = 0
    package var groupInputs: Int32 = 0
    package var groupOutputs: Int32 = 0
    package var activation: Int32 = 0
    /// Of the activation **clip**.
    package var floor: Float = 0
    package var ceiling: Float = 0
    package var poolHeight: Int32 = 0
    package var poolWidth: Int32 = 0
    package var argmaxStride: Int32 = 0
    package var addend: ImageLayout
    package var tile = ConvolutionTile(outputs: 1, columns: 1)
    package init(source: ImageLayout, destination: ImageLayout) {
        self.source = source
        self.destination = destination
        addend = destination
    }

    /// Whether all output blocks read all input blocks.
    package var hasOneGroup: Bool {
        groupOutputs == 0 && Int(outputBlocks) * Int(destination.channelBlock) >= Int(destination.channels)
    }

    /// Whether its only position reads the whole of an image in blocks, border included, as a dense layer does: what is read of a sample lies
    /// in a row then, and so do the weights of an output block.
    package var readsWholeImage: Bool {
        hasOneGroup && source.channelBlock > 1 && outputHeight == 1 && outputWidth == 1
            && kernelHeight == source.top + source.height + source.bottom
            && kernelWidth == source.left + source.width + source.right && dilationY == 1 && dilationX == 1
    }

    /// The input channels that `outputs` output blocks of one group read, from block `block` on: all from the first to before the
    /// end.
    @inline(__always)
    package func inputChannels(block: Int, outputs: Int, lanes: Int) -> (first: Int, end: Int) {
        let channels = Int(source.channels)
        let groupOutputs = Int(groupOutputs)
        guard groupOutputs > 0 else {
            let read = Int(inputBlocks) &* Int(source.channelBlock)
            let first = block == 0 ? 0 : block / Int(outputBlocks) &* read
            return (first, min(first &+ read, channels))
        }
        let last = min((block &+ outputs) &* lanes, Int(destination.channels)) &- 1
        let first = block &* lanes / groupOutputs &* Int(groupInputs)
        return (first, min((last / groupOutputs &+ 1) &* Int(groupInputs), channels))
    }

    /// The input blocks that these channels are in.
    @inline(__always)
    package func inputBlocks(block: Int, outputs: Int, lanes: Int) -> (first: Int, count: Int) {
        let channels = inputChannels(block: block, outputs: outputs, lanes: lanes)
        let channelBlock = Int(source.channelBlock)
        let first = channels.first / channelBlock
        return (first, (channels.end &+ channelBlock &- 1) / channelBlock &- first)
    }
}
