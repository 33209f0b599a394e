/// A 3 × 3 convolution of bytes by Winograd's minimal filtering, F(4 × 4, 3 × 3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks" (2016), section 4, in whole numbers: a quarter of the products, each of 16 bits.
///
/// **quantizedWinograd**: what ``QuantizedConvolutionParameters`` says of **quantizedConvolution**, to the bit, where no sum has more than 26
/// bits: for each output channel `-2^25 <= sum < 2^25`. What is made of larger ones is not specified.
///
/// Interpolation is at 0, 1, −1, 2, −2 and infinity. The fractions of the transforms are taken out of them, so that all numbers are whole:
///
///     Bᵀ = [4 0 −5 0 1 0]     G = [ 6  0  0]     a tile's rows and columns are 24, 12, 6 and 6 times what they should be,
///          [0 −4 −4 1 1 0]        [−1 −1 −1]
///          [0 4 −4 −1 1 0]        [−1  1 −1]     24·y₀ = m₀ + 4·(m₁ + m₂) + m₃ + m₄
///          [0 −2 −1 2 1 0]        [ 1  2  4]     12·y₁ = 2·(m₁ − m₂) + m₃ − m₄
///          [0 2 −1 −2 1 0]        [ 1 −2  4]      6·y₂ = m₁ + m₂ + m₃ + m₄
///          [0 4 0 −5 0 1]         [ 0  0  6]      6·y₃ = m₁ − m₂ + 2·(m₃ − m₄) + m₅
///
/// A line of two results, of the low and the narrow tiles of a ``QuantizedWinogradTiling``, is F(2, 3) at 0, 1, −1 and infinity, with the same
/// weights:
///
///     Bᵀ = [1  0 −1 0]     6·y₀ = m₀ + m₁ + m₂
///          [0 −3 −3 0]     6·y₁ = m₁ − m₂ + m₅
///          [0  3 −3 0]
///          [0 −1  0 1]
///
/// Transforms of bytes are within ±17,340 and those of weights within ±6,223: both have 16 bits. Sums are taken modulo 2^32. A sum is then
/// `9 · 2^k` times what it should be, with k from 2 to 6: a product with `2^(6 − k)` times the inverse of 9 modulo 2^32 makes it 64 times what
/// it should be, and 64 is part of the scale, which loses no bit.
///
/// - The kernel is 3 × 3, strides and dilations are 1, there is one group, and a pooling window, where there is one, is 2 × 2. The tile of
///   `quantized` isn't used. Source and destination have block V. The source's border covers what the tiles read; what is beyond that which the
///   result needs may hold anything.
/// - Packed weights are `G g Gᵀ`, 16 bits each: `[pair of output blocks][36][output block of the pair][input channel / 2][V][2]`, with input
///   channels padded to V. The last output block of an odd number is a pair of one.
/// - The scratch is ``scratchBytes(lanes:)`` long and holds the transforms of some tiles at a time.
package struct QuantizedWinogradParameters: WordConvolutionParameters, Sendable, Equatable {
    package var quantized: QuantizedConvolutionParameters
    /// How many tiles are transformed at a time: 16, or 4 where it is less. A multiple of 4.
    package var passTiles: Int32

    package var convolution: ConvolutionParameters {
        get { quantized.convolution }
        set { quantized.convolution = newValue }
    }

    package init(_ quantized: QuantizedConvolutionParameters, passTiles: Int) {
        self.quantized = quantized
        self.passTiles = Int32(passTiles)
    }

    /// Frequencies of a tile.
    package static var points: Int { 36 }

    package var tiling: QuantizedWinogradTiling { QuantizedWinogradTiling(convolution) }

    /// Bytes that the transforms of a pass take, of a source of so many blocks: those of 16 tiles have a cache line more than needed after each
    /// frequency, so that those of a tile don't fall on the same few lines of a cache.
    package static func scratchBytes(sourceBlocks: Int, passTiles: Int, lanes: Int) -> Int {
        let source = passTiles < 16 ? product(8, lanes) : product(32, lanes) + 64
        // The sums of two output blocks, or of one, where vectors of 16 lanes leave no room in the nearest cache for those of sixteen tiles.
        let sums = passTiles < 16 ? 8 : lanes == 16 ? 16 : 32
        return product(points, product(sourceBlocks, source) + product(4, sums, lanes) + 64)
    }

    package func scratchBytes(lanes: Int) -> Int {
        Self.scratchBytes(sourceBlocks: convolution.source.blocks, passTiles: Int(passTiles), lanes: lanes)
    }
}
