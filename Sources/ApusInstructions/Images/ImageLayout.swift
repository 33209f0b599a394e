/// How each sample of an image value `[N, C, H, W]` lies in memory.
///
/// Channels are grouped into blocks of `channelBlock`; a block is an image of `top + height + bottom` rows of
/// `left + width + right` pixels, and a pixel is the `channelBlock` values of its channels, side by side. The rows and
/// columns outside the image are its border. So the value of channel `c` at row `y`, column `x` of sample `n` is at
///
///     n·sampleStride + (c / channelBlock)·blockStride + (y + top)·rowStride + (x + left)·channelBlock + c % channelBlock
///
/// With a block of 1 and no border that is the logical order, row-major NCHW.
///
/// - Whoever writes a value with a border leaves the border alone; a `clearBorder` instruction follows it.
///   `relayout` and `dilate` write all of their destination, border included.
/// - The unused lanes of a last block that the channels do not fill may hold any *finite* value; nothing may depend on
///   them. All strides are counted in elements.
package struct ImageLayout: Equatable, Hashable, Sendable, BitwiseCopyable {
    package var channels: Int32
    package var height: Int32
    package var width: Int32
    package var channelBlock: Int32
    package var top: Int32
    package var left: Int32
    package var bottom: Int32
    package var right: Int32
    /// Elements from one sample to the next. At least ``sampleElements``, and more where samples are aligned.
    package var sampleStride: Int32

    /// A layout with the smallest sample stride.
    package init(
        channels: Int, height: Int, width: Int, channelBlock: Int = 1,
        top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0
    ) {
        self.channels = Int32(channels)
        self.height = Int32(height)
        self.width = Int32(width)
        self.channelBlock = Int32(channelBlock)
        self.top = Int32(top)
        self.left = Int32(left)
        self.bottom = Int32(bottom)
        self.right = Int32(right)
        sampleStride = 0
        sampleStride = Int32(sampleElements)
    }

    /// Blocks that hold the channels.
    package var blocks: Int { (Int(channels) + Int(channelBlock) - 1) / Int(channelBlock) }
    /// Elements of a row, border included.
    package var rowStride: Int { Int(left + width + right) * Int(channelBlock) }
    /// Elements of a block, border included.
    package var blockStride: Int { Int(top + height + bottom) * rowStride }
    /// Elements from a sample's start to its first pixel inside the border.
    package var origin: Int { Int(top) * rowStride + Int(left) * Int(channelBlock) }
    /// Elements that one sample takes, border and unused lanes included.
    package var sampleElements: Int { blocks * blockStride }
    package var hasBorder: Bool { top > 0 || left > 0 || bottom > 0 || right > 0 }
}
