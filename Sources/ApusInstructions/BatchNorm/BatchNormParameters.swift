/// Batch norm over the samples and positions of each channel. All images have block V and the same size, with borders
/// of their own. `scale`, `bias`, `mean`, `variance` have room for a multiple of V channels.
///
/// **batchNorm** computes `(x − mean) / sqrt(variance + epsilon) · scale + bias`, where mean and variance are given.
/// **batchNormGradientSums** adds `Σ g · (x − mean) / sqrt(variance + epsilon)` to the scale's gradient and `Σ g` to the bias's.
/// Only the channels that are there are read and written in the vectors, and unused lanes of the results are finite whatever the
/// source's hold.
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
