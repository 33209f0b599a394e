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
/// Transforms of bytes are within ±17,340 and those of weights within ±6,223: both have 16 bits. Sums are taken modulo 2^32. A sum is then
/// `9 · 2^k` times what it should be, with k from 2 to 6: a product with the inverse of 9 modulo 2^32 divides it by 9, and `2^k` is part of the
/// scale, which loses no bit.
///
/// - The kernel is 3 × 3, strides and dilations are 1, there is one group and no pooling window. The tile of `quantized` isn't used. Source and
///   destination have block V. The source's border covers `4 · tileRows + 2` rows and
///   `4 · tileColumns + 2` columns from the first that is read on; what is beyond those that the result needs may hold anything.
/// - Packed weights are `G g Gᵀ`, 16 bits each: `[pair of output blocks][36][output block of the pair][input channel / 2][V][2]`, with input
///   channels padded to V. The last output block of an odd number is a pair of one.
/// - The scratch is ``scratchBytes(lanes:)`` long and holds the transforms of `passTiles` tiles at a time, which is a multiple of 4.
package struct QuantizedWinogradParameters: WordConvolutionParameters, Sendable, Equatable {
    package var quantized: QuantizedConvolutionParameters
    /// The most tiles whose transforms are in the scratch at a time.
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

    package var tileRows: Int { (Int(quantized.convolution.outputHeight) + 3) / 4 }
    package var tileColumns: Int { (Int(quantized.convolution.outputWidth) + 3) / 4 }

    /// Bytes from a frequency of the transformed source to the next, and of the sums: a cache line more than they have, so that those of a tile
    /// don't fall on the same few lines of a cache.
    package func pointBytes(tiles: Int, lanes: Int) -> (source: Int, sums: Int) {
        (product(2, quantized.convolution.source.blocks, tiles, lanes) + 64, product(8, tiles, lanes) + 64)
    }

    package func scratchBytes(lanes: Int) -> Int {
        let point = pointBytes(tiles: Int(passTiles), lanes: lanes)
        return product(Self.points, point.source + point.sums)
    }
}
