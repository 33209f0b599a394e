/// A dense layer on rows: `destination[o] = activation(bias[o] + Σ_c source[c] · weight[o, c])`.
///
/// Packed weights are `[output block][c][V]`; the bias has V lanes for each output block. The source row has `inputs`
/// elements. The destination row has room for `outputs` rounded up to V, and whole vectors are stored (`destinationStride`
/// says how far rows are apart; unused lanes become zero because their weights are).
///
/// The row may be an image of whole blocks without a border: the packed weights are then those of a convolution whose kernel
/// is as large as the image, which have the same order of inputs.
///
/// **denseWeightGradient** adds, over the samples, `destination gradient · source` to the packed weight gradient and the
/// destination gradient to the bias gradient (V lanes a block). The destination gradient's row has readable room up to a
/// multiple of V; what is in unused lanes is finite and ends in unused places.
package struct DenseParameters: Sendable, Equatable, BitwiseCopyable {
    package var inputs: Int32
    package var outputs: Int32
    package var sourceStride: Int32
    package var destinationStride: Int32
    package var activation: Int32 = 0
    package init(inputs: Int, outputs: Int, sourceStride: Int, destinationStride: Int) {
        self.inputs = Int32(inputs)
        self.outputs = Int32(outputs)
        self.sourceStride = Int32(sourceStride)
        self.destinationStride = Int32(destinationStride)
    }
}
