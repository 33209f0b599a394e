/// Random numbers are a pure function of (seed, stream, step, sample in the batch, element): Philox4x32-10, Salmon et al.,
/// "Parallel Random Numbers: As Easy as 1, 2, 3" (2011). The key is the seed; the counter is
/// (element / 4, sample, step, stream), and element `e` takes word `e % 4`. Samples are numbered within the whole batch.
///
/// **gaussianNoise**: `destination = source + amount · normal`. Words (a, b) give two normal numbers by Box and Muller:
/// `sqrt(−2 ln((a + ½) · 2^−32))` times the cosine and the sine of `2π · b · 2^−32`. Of four elements the first has the
/// cosine and the second the sine of words (0, 1), the third the cosine and the fourth the sine of words (2, 3).
/// **dropout**: `destination = source / (1 − amount)` where the element's uniform number, `(word >> 8) · 2^−24`, is not
/// below `amount`, else 0. Its gradient is the same instruction on the gradient.
/// `count` elements of a sample in logical order: both operands are plain.
package struct RandomParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var stream: UInt32
    package var amount: Float
    package var sourceStride: Int32
    package var destinationStride: Int32
    package init(count: Int, stream: Int, amount: Float, sourceStride: Int, destinationStride: Int) {
        self.count = Int32(count)
        self.stream = UInt32(stream)
        self.amount = amount
        self.sourceStride = Int32(sourceStride)
        self.destinationStride = Int32(destinationStride)
    }
}
