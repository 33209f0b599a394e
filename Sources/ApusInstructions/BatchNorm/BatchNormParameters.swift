/// Batch norm over the samples and positions of each channel. All images have block V and the same picture, with borders
/// of their own. `scale`, `bias`, `mean`, `variance` have room for a multiple of V channels.
///
/// **batchNormTraining** takes mean and (biased) variance over all samples of the call, stores both, and computes
/// `(x − mean) / sqrt(variance + epsilon) · scale + bias`. **batchNormGradient** is its gradient; it *adds* to the scale's
/// and the bias's gradients, and its source gradient has the source's layout. **batchNormInference** takes mean and
/// variance as given. Only the channels that are there are read and written in the vectors, and unused lanes of the
/// results are finite whatever the source's hold.
/// Formula: Ioffe and Szegedy, "Batch Normalization" (2015), algorithm 1 and section 3.
package struct BatchNormParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package var epsilon: Float
    package init(source: ImageLayout, destination: ImageLayout, epsilon: Float) {
        self.source = source
        self.destination = destination
        self.epsilon = epsilon
    }
}
