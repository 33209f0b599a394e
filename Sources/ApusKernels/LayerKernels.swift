import ApusInstructions

/// The kernels with weights: convolutions, dense layers, and the packing of their weights.
func layerKernel(for opcode: Opcode) -> Kernel? {
    switch opcode {
    case .convolution: convolution
    case .depthwiseConvolution: depthwiseConvolution
    case .plainDepthwiseConvolution: plainDepthwiseConvolution
    case .convolutionWeightGradient: convolutionWeightGradient
    case .depthwiseWeightGradient: depthwiseWeightGradient
    case .winogradConvolution: winogradConvolution
    case .winogradRowConvolution: winogradRowConvolution
    case .winogradWeightGradient: winogradWeightGradient
    case .packWeights: packWeights
    case .unpackWeights: unpackWeights
    case .padVector: padVector
    case .dense: dense
    case .denseWeightGradient: denseWeightGradient
    default: nil
    }
}
