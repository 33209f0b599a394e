import ApusGraph

/// A convolution with what stands behind it.
struct FusedConvolution2DRule: OperatorRule, ForwardConvolutionRule {
    let fused: FusedConvolution2D

    init(_ operation: FusedConvolution2D) { fused = operation }

    var fusedOperators: [String] {
        [Convolution2D.name] + (fused.convolution.bias ? ["bias"] : []) + (fused.addend ? [Add.name] : [])
            + fused.activation.operatorNames + (fused.pool == nil ? [] : [MaxPool2D.name])
    }
}
