/// Rows of `count` elements, `rows` of them in each sample, `rowStride` elements apart.
///
/// The results of **softmax** and **logSoftmax** have a sample stride of their own; all else has the same.
///
/// The losses have one `Int32` label a row. With `w` = ``RunArguments/inverseBatch`` `/ rows`, one over the rows of the batch:
/// **crossEntropy** adds `w · Σ −log(max(p[label], 1e-30))` to `loss`, **logitCrossEntropy** adds
/// `w · Σ (log Σ exp(logits) − logits[label])`. Their gradients write the gradient for the source: the loss gradient
/// (one number) times `w · (−1 / max(p[label], 1e-30))` at the label and zero elsewhere, or times
/// `w · (softmax(logits) − one-hot(label))`. A label outside `0 ..< count` contributes no loss and no gradient.
package struct RowParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var rows: Int32
    package var rowStride: Int32
    package var sampleStride: Int32
    package var resultStride: Int32
    /// `Int32` labels a sample (the rows, rounded up where samples are aligned). For the losses.
    package var labelStride: Int32 = 0
    package init(count: Int, rows: Int, rowStride: Int, sampleStride: Int) {
        self.count = Int32(count)
        self.rows = Int32(rows)
        self.rowStride = Int32(rowStride)
        self.sampleStride = Int32(sampleStride)
        resultStride = Int32(sampleStride)
    }
}
