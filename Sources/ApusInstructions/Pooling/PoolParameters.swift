/// Pooling over windows. Source and destination have block V, the same channels, and any borders; borders are neither
/// read nor written. Window row `i` of output row `y` is source row `y·strideY + i − padTop`; places outside the image
/// do not count: not for the maximum, and for the average only where `countPadding` is 1 (as zero).
///
/// - **maxPool**: the argmax, where not null, is as in ``ConvolutionParameters`` (255 is not used here).
/// - **maxPoolGradient**: the source gradient is set to zero and then, for each output, the gradient is added where the
///   window's first maximum of `source` is. Windows may overlap.
/// - **maxUnpool**: windows do not overlap and there is no padding: all of the source gradient's image is written, the
///   gradient where the argmax says and zero elsewhere (everywhere where the argmax is 255).
/// - **averagePoolGradient**: the source gradient is set to zero and then each output's share is added.
///
/// The maximum of a window with something that is not a number is not a number: a training that diverges must show it.
package struct PoolParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package var windowHeight: Int32
    package var windowWidth: Int32
    package var strideY: Int32
    package var strideX: Int32
    package var padTop: Int32 = 0
    package var padLeft: Int32 = 0
    package var countPadding: Int32 = 0
    /// Bytes of the argmax a sample.
    package var argmaxStride: Int32 = 0
    package init(
        source: ImageLayout, destination: ImageLayout, window: (height: Int, width: Int), stride: (y: Int, x: Int)
    ) {
        self.source = source
        self.destination = destination
        windowHeight = Int32(window.height)
        windowWidth = Int32(window.width)
        strideY = Int32(stride.y)
        strideX = Int32(stride.x)
    }
}
