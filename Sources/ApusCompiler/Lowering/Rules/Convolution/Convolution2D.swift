import ApusGraph

/// A convolution is a fused one with nothing behind it.
struct Convolution2DRule: OperatorRule, ForwardConvolutionRule {
    let fused: FusedConvolution2D

    init(_ operation: Convolution2D) { fused = FusedConvolution2D(convolution: operation) }
}
