import ApusInstructions

/// The kernels without weights: moves, pooling, element-wise programs, rows, batch norm, random numbers, updates.
func valueKernel(for opcode: Opcode) -> Kernel? {
    switch opcode {
    case .relayout: relayout
    case .clearBorder: clearBorder
    case .fill: fillSamples
    case .spread: spread
    case .maxPool: maxPool
    case .maxPoolGradient: maxPoolGradient
    case .maxUnpool: maxUnpool
    case .averagePool: averagePool
    case .averagePoolGradient: averagePoolGradient
    case .elementwise: elementwise
    case .broadcast: broadcast
    case .reduceSum: reduceSum
    case .softmax: softmax
    case .logSoftmax: logSoftmax
    case .softmaxGradient: softmaxGradient
    case .logSoftmaxGradient: logSoftmaxGradient
    case .crossEntropy: crossEntropy
    case .crossEntropyGradient: crossEntropyGradient
    case .logitCrossEntropy: logitCrossEntropy
    case .logitCrossEntropyGradient: logitCrossEntropyGradient
    case .batchNormTraining: batchNormTraining
    case .batchNormGradient: batchNormGradient
    case .batchNormInference: batchNormInference
    case .dropout: dropout
    case .gaussianNoise: gaussianNoise
    case .reduceShards: reduceShards
    case .adam: adam
    case .momentum: momentum
    case .movingAverage: movingAverage
    default: nil
    }
}
