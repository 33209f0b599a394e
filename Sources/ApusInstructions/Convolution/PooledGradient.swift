/// The argmaxes of a max-pool that a weight gradient reads, where its destination gradient is that of what windows of 2 × 2
/// were pooled to.
struct PooledGradient: Sendable {
    /// Bytes of the argmax of a sample: 0 where nothing is pooled.
    private let argmaxes: Int
    private let stride: Int
    private let isPooled: Bool

    /// Checks that `output` is inside of the destination gradient, or that this is what windows of 2 × 2 of it were pooled to.
    ///
    /// - Parameters:
    ///   - output: rows and columns of the convolution's positions.
    ///   - window: that of the max-pool; of height 0 where there is none.
    ///   - stride: bytes of the argmax from one sample to the next.
    init(
        _ destination: CheckedImage, output: (height: Int, width: Int), window: (height: Int32, width: Int32),
        stride: Int32
    ) throws(ParameterError) {
        let size = "\(output.height) × \(output.width)"
        isPooled = window.height != 0
        guard isPooled else {
            try require(
                output.height <= destination.height && output.width <= destination.width,
                "the gradient of \(size) is larger than \(destination.height) × \(destination.width)")
            (argmaxes, self.stride) = (0, 0)
            return
        }
        try require(
            window == (2, 2), "the pooling window is \(window.height) × \(window.width), not 2 × 2 or none")
        try require(
            output.height / 2 == destination.height && output.width / 2 == destination.width,
            "windows of 2 × 2 of \(size) are not \(destination.height) × \(destination.width)")
        argmaxes = destination.imageElements
        self.stride = try notNegative(stride, "the argmax's stride")
    }

    func operand(samples: Int) -> OperandExtent {
        OperandExtent(
            "argmax", .read, elements: argmaxes, every: stride, samples: samples, of: 1, isOptional: !isPooled)
    }
}
