/// The instructions a plan is made of.
///
/// Each is one pure function on memory. The comment of a case names its operands in order and the structure that
/// its parameters are stored in; the structure's own comment says what the instruction computes. An operand that
/// is left out is the null pointer. The raw values are stored in plan files: a number is never used again.
package enum Opcode: UInt16, CaseIterable, Sendable {
    // Moving and clearing
    /// `source, destination` · ``RelayoutParameters``
    case relayout = 1
    /// `buffer` · ``ImageLayout``. Zeroes the border of each sample and nothing else.
    case clearBorder = 2
    /// `buffer` · ``FillParameters``
    case fill = 3
    /// `source, destination` · ``SpreadParameters``
    case spread = 4

    // Convolution and dense layers
    /// `source, packed weights, bias?, destination, choice?, addend?` · ``ConvolutionParameters``
    case convolution = 16
    /// `source, packed weights, bias?, destination, choice?` · ``ConvolutionParameters``
    case depthwiseConvolution = 17
    /// `source, destination gradient, packed weight gradient, bias gradient?, choice?` · ``ConvolutionParameters``
    case convolutionWeightGradient = 18
    /// `source, destination gradient, packed weight gradient, bias gradient?` · ``ConvolutionParameters``
    case depthwiseWeightGradient = 19
    /// `weights, packed weights` · ``PackParameters``
    case packWeights = 20
    /// `packed weight gradient, weight gradient` · ``PackParameters``
    case unpackWeights = 21
    /// `source, packed weights, bias?, destination` · ``DenseParameters``
    case dense = 22
    /// `source, destination gradient, packed weight gradient, bias gradient?` · ``DenseParameters``
    case denseWeightGradient = 23
    /// `bias, padded bias` · ``PadVectorParameters``
    case padVector = 24
    /// `source, packed weights, bias?, destination, choice?, scratch, addend?, source choice?` · ``WinogradParameters``
    case winogradConvolution = 25
    /// `source, destination gradient, packed weight gradient, bias gradient?, scratch, choice?` · ``WinogradParameters``
    case winogradWeightGradient = 26
    /// `source, packed weights, bias?, destination, choice?, scratch` · ``WinogradParameters``
    case winogradRowConvolution = 27
    /// `source, packed weights, bias?, destination, scratch` · ``ConvolutionParameters``
    case plainDepthwiseConvolution = 28

    // Pooling
    /// `source, destination, choice?` · ``PoolParameters``
    case maxPool = 32
    /// `source, destination gradient, source gradient` · ``PoolParameters``
    case maxPoolGradient = 33
    /// `choice, destination gradient, source gradient` · ``PoolParameters``
    case maxUnpool = 34
    /// `source, destination` · ``PoolParameters``
    case averagePool = 35
    /// `destination gradient, source gradient` · ``PoolParameters``
    case averagePoolGradient = 36

    // Element by element
    /// `up to four sources, destination` · ``ElementwiseParameters`` and its steps
    case elementwise = 48
    /// `first, second, destination` · ``BroadcastParameters``
    case broadcast = 49
    /// `source, destination` · ``BroadcastParameters``
    case reduceSum = 50

    // Rows
    /// `source, destination` · ``RowParameters``
    case softmax = 64
    /// `source, destination` · ``RowParameters``
    case logSoftmax = 65
    /// `result, result gradient, source gradient` · ``RowParameters``
    case softmaxGradient = 66
    /// `result, result gradient, source gradient` · ``RowParameters``
    case logSoftmaxGradient = 67
    /// `probabilities, labels, loss, arguments` · ``RowParameters``
    case crossEntropy = 68
    /// `probabilities, labels, loss gradient, source gradient, arguments` · ``RowParameters``
    case crossEntropyGradient = 69
    /// `logits, labels, loss, arguments` · ``RowParameters``
    case logitCrossEntropy = 70
    /// `logits, labels, loss gradient, source gradient, arguments` · ``RowParameters``
    case logitCrossEntropyGradient = 71

    // Batch norm
    /// `source, scale, bias, destination, mean, variance` · ``BatchNormParameters``
    case batchNormTraining = 80
    /// `source, destination gradient, scale, mean, variance, source gradient, scale gradient, bias gradient` ·
    /// ``BatchNormParameters``
    case batchNormGradient = 81
    /// `source, scale, bias, mean, variance, destination` · ``BatchNormParameters``
    case batchNormInference = 82

    // Random
    /// `source, destination, arguments` · ``RandomParameters``
    case dropout = 96
    /// `source, destination, arguments` · ``RandomParameters``
    case gaussianNoise = 97

    // Once a step
    /// `shards, sum` · ``ReduceParameters``
    case reduceShards = 112
    /// `parameters, gradients, first moments, second moments, status, arguments` · ``OptimizerParameters``
    case adam = 113
    /// `parameters, gradients, velocities, status, arguments` · ``OptimizerParameters``
    case momentum = 114
    /// `parameters, averages, arguments` · ``OptimizerParameters``
    case movingAverage = 115
}

/// The function behind an instruction.
///
/// - Parameters:
///   - operands: the address of each operand, for the first sample to compute.
///   - parameters: the instruction's parameter structure.
///   - samples: how many samples to compute, 1 or more. Instructions that are run once a step get 1.
package typealias Kernel =
    @convention(c) (
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
    ) -> Void
