import ApusInstructions

/// The function that computes `opcode` on this instruction set, or nil where there is none.
package func kernel(for opcode: Opcode) -> Kernel? {
    switch opcode {
    case .relayout: relayout
    case .clearBorder: clearBorder
    case .dilate: dilate
    case .interleave: interleave
    case .convolution: convolution
    case .depthwiseConvolution: depthwiseConvolution
    case .convolutionWeightGradient: convolutionWeightGradient
    case .depthwiseWeightGradient: depthwiseWeightGradient
    case .packWeights: packWeights
    case .unpackWeights: unpackWeights
    case .dense: dense
    case .denseWeightGradient: denseWeightGradient
    case .padVector: padVector
    case .winogradConvolution: winogradConvolution
    case .winogradWeightGradient: winogradWeightGradient
    case .winogradRowConvolution: winogradRowConvolution
    case .plainDepthwiseConvolution: plainDepthwiseConvolution
    case .plainPointwiseConvolution: plainPointwiseConvolution
    case .plainConvolution: plainConvolution
    case .maxPool: maxPool
    case .maxPoolGradient: maxPoolGradient
    case .maxUnpool: maxUnpool
    case .averagePool: averagePool
    case .averagePoolGradient: averagePoolGradient
    case .elementwise: elementwise
    case .broadcast: broadcast
    case .softmax: softmax
    case .logSoftmax: logSoftmax
    case .softmaxGradient: softmaxGradient
    case .logSoftmaxGradient: logSoftmaxGradient
    case .crossEntropy: crossEntropy
    case .crossEntropyGradient: crossEntropyGradient
    case .logitCrossEntropy: logitCrossEntropy
    case .logitCrossEntropyGradient: logitCrossEntropyGradient
    case .batchStatistics: batchStatistics
    case .combineStatistics: combineStatistics
    case .batchNorm: batchNorm
    case .batchNormGradientSums: batchNormGradientSums
    case .batchNormGradient: batchNormGradient
    case .dropout: dropout
    case .gaussianNoise: gaussianNoise
    case .reduceShards: reduceShards
    case .adam: adam
    case .momentum: momentum
    case .movingAverage: movingAverage
    case .accumulate: accumulate
    case .squareSum: squareSum
    case .clip: clip
    case .map: map
    case .copy: copyElements
    case .window: slidingWindow
    case .windowGradient: slidingWindowGradient
    case .interpolate: interpolate
    case .interpolateGradient: interpolateGradient
    case .unfold: unfold
    case .fold: fold
    case .reduce: reduce
    case .argReduce: argReduce
    case .scan: scan
    case .gather: gather
    case .scatter: scatter
    case .sort: sort
    case .treeLeaves: treeLeaves
    case .contract: contract
    case .packMatrix: packMatrix
    case .inverse: inverse
    case .attention: attention
    case .attentionGradient: attentionGradient
    case .softmaxAxis: softmaxAxis
    case .softmaxAxisGradient: softmaxAxisGradient
    case .normalizeRows: normalizeRows
    case .normalizeRowsGradient: normalizeRowsGradient
    case .recurrent: recurrent
    case .recurrentGradient: recurrentGradient
    case .batchMean: batchMean
    case .batchMeanGradient: batchMeanGradient
    case .convertImage: convertImage
    case .fillBorder: fillBorder
    case .quantizedMaxPool: quantizedMaxPool
    case .quantizedAveragePool: quantizedAveragePool
    case .quantizedAdd: quantizedAdd
    case .byteTable: byteTable
    case .bfloat16MaxPool: bfloat16MaxPool
    default: quantizedKernel(for: opcode) ?? bfloat16Kernel(for: opcode)
    }
}

/// Lanes of this instruction set's vector: blocked layouts for it have this channel block.
package var vectorLanes: Int { lanes }
