/// A convolution of bytes: sums of products of integers, which are exact, and what stands for them.
///
/// **quantizedConvolution**, and **quantizedDepthwise**, whose instruction says how it differs: for each output channel `o` and position `(y, x)`, with the geometry of `convolution` as
/// ``ConvolutionParameters`` has it,
///
///     sum[o, y, x]   = bias[o] + Σ_(c, i, j) source[c, …] · weight[o, c, i, j]        32-bit integers, modulo 2^32
///     value[o, y, x] = f32(sum) · scale[o] (+ f32(addend − addendZeroPoint) · addendScale)
///     limited        = value within `floor` and `ceiling`
///
/// where with a `poolHeight` of 2 the sum is the maximum of each 2 × 2 window of sums. The result is either `limited`
/// itself in f32, or the byte `round(limited) + zeroPoint`, ties to even. All roundings are those of single precision, one for each
/// operator, so that every instruction set gives the same bits: Jacob et al. (2018), section 2.2, with a multiplier in floating point,
/// which has no fewer bits than their fixed point of 31.
///
/// - The source has unsigned bytes, with a border that covers every position read, which holds the zero point: kernels test none. The
///   bias has the products with the zero point taken away.
/// - Weights are signed bytes, four input values to a lane. Where the source's block is V they are
///   `[output block][input block][i][j][V / 4][V][4]`, of neighbouring channels; where it is 1,
///   `[output block][channel][i][kernelWidth / 4][V][4]`, of neighbouring columns, and `kernelWidth` is a multiple of four, with zero
///   weights in places that the kernel hasn't. `dilationX` is then 1. Unused places and lanes have zero weights.
/// - `scale` and `bias` have V lanes for each output block. Scales are above zero where there is a pooling window.
/// - Groups are as in ``ConvolutionParameters``. The destination's block is V, of bytes or f32; the addend has bytes, and the
///   destination's channels, size and block.
/// - The tile says how many sums stay in registers: see ``WordTileShapes``.
package struct QuantizedConvolutionParameters: WordConvolutionParameters, Sendable, Equatable {
    /// `floor` and `ceiling` always count; `activation`, the tile's `bandRows` and `argmaxStride` are zero.
    package var convolution: ConvolutionParameters
    /// The byte that stands for zero in the destination; 0 where that is f32.
    package var zeroPoint: Int32 = 0
    /// Bytes of an element of the destination: 1, or 4 for f32.
    package var resultBytes: Int32 = 1
    package var addendZeroPoint: Int32 = 0
    package var addendScale: Float = 0

    package init(_ convolution: ConvolutionParameters) { self.convolution = convolution }
}
