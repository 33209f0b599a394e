/// A convolution of numbers of bf16, which are the upper 16 bits of f32, with sums of f32.
///
/// **bfloat16Convolution**: for each output channel `o` and position `(y, x)`, with the geometry of `convolution` as
/// ``ConvolutionParameters`` has it,
///
///     sum[o, y, x]    = bias[o] + Σ_(i, j, c) source[c, …] · weight[o, c, i, j]
///     number[o, y, x] = sum (+ addend), within `floor` and `ceiling`
///
/// where with a `poolHeight` of 2 the sum is the maximum of each 2 × 2 window of sums. The result is the number in f32, or the nearest one
/// of bf16, the even one of two.
///
/// All bits are the same on every instruction set of x86, for every tile, and for all numbers, as those of each sum are by this definition:
/// it begins with the bias, and to it are added the products of one place `(i, j)` of the kernel after the other, row by row. At each
/// place channels come in pairs, `2k + 1` before `2k`. Each addition of a product is `fma`: a single rounding to the nearest number of f32, the
/// even one of two, where denormal operands and results are zero. That is what the processors' instruction vdpbf16ps does (Intel, "Software
/// Developer's Manual", volume 2; AMD, "Programmer's Manual", volume 4), whatever the thread's rounding mode, and what two fused multiply-adds
/// do in a thread that flushes denormals.
///
/// - The source has a border that covers every position read: kernels test none. What is not a number or infinite in unused lanes makes
///   results that are not a number.
/// - Weights are pairs, `[output block][i][j][input block][V / 2][V][2]`, of neighbouring channels, where the source's block is V. Where it is
///   1, they are `[output block][channel][i][kernelWidth / 2][V][2]`, of neighbouring columns, and `kernelWidth` is even, with zero weights in
///   places that the kernel hasn't. `dilationX` is then 1, and channels are the outermost loop: places come in pairs of columns, `2k + 1`
///   before `2k`. Unused places and lanes have zero weights.
/// - The bias has V lanes of f32 for each output block.
/// - Groups are as in ``ConvolutionParameters``. The destination's block is V, of bf16 or f32; the addend has bf16, and the destination's
///   channels, size and block.
/// - The tile says how many sums stay in registers: see ``WordTileShapes``.
package struct BFloat16ConvolutionParameters: WordConvolutionParameters, Sendable, Equatable {
    /// `floor` and `ceiling` always count; `activation`, the tile's `bandRows` and `argmaxStride` are zero.
    package var convolution: ConvolutionParameters
    /// Bytes of an element of the destination: 2, or 4 for f32.
    package var resultBytes: Int32 = 2

    package init(_ convolution: ConvolutionParameters) { self.convolution = convolution }
}
