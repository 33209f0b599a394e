/// Every kind of instruction, with the opcode that its definition states.
package enum InstructionCatalogue {
    /// The maximum number of operands that an instruction has.
    package static let operandLimit = 16
    /// The maximum number of times that an instruction is repeated for each sample.
    package static let repeatLimit = 1 << 24
}

// Embedded Swift, which standalone programs are written in, has no metatypes.
#if !hasFeature(Embedded)
    extension InstructionCatalogue {
        package static let all: [(opcode: Opcode, definition: any InstructionDefinition.Type)] = [
            (.relayout, RelayoutInstruction.self),
            (.clearBorder, ClearBorderInstruction.self),
            (.dilate, DilateInstruction.self),
            (.interleave, InterleaveInstruction.self),
            (.convolution, ConvolutionInstruction.self),
            (.depthwiseConvolution, DepthwiseConvolutionInstruction.self),
            (.convolutionWeightGradient, ConvolutionWeightGradientInstruction.self),
            (.depthwiseWeightGradient, DepthwiseWeightGradientInstruction.self),
            (.packWeights, PackWeightsInstruction.self),
            (.unpackWeights, UnpackWeightsInstruction.self),
            (.dense, DenseInstruction.self),
            (.denseWeightGradient, DenseWeightGradientInstruction.self),
            (.padVector, PadVectorInstruction.self),
            (.winogradConvolution, WinogradConvolutionInstruction.self),
            (.winogradWeightGradient, WinogradWeightGradientInstruction.self),
            (.winogradRowConvolution, WinogradRowConvolutionInstruction.self),
            (.plainDepthwiseConvolution, PlainDepthwiseConvolutionInstruction.self),
            (.plainPointwiseConvolution, PlainPointwiseConvolutionInstruction.self),
            (.plainConvolution, PlainConvolutionInstruction.self),
            (.maxPool, MaxPoolInstruction.self),
            (.maxPoolGradient, MaxPoolGradientInstruction.self),
            (.maxUnpool, MaxUnpoolInstruction.self),
            (.averagePool, AveragePoolInstruction.self),
            (.averagePoolGradient, AveragePoolGradientInstruction.self),
            (.elementwise, ElementwiseInstruction.self),
            (.broadcast, BroadcastInstruction.self),
            (.softmax, SoftmaxInstruction.self),
            (.logSoftmax, LogSoftmaxInstruction.self),
            (.softmaxGradient, SoftmaxGradientInstruction.self),
            (.logSoftmaxGradient, LogSoftmaxGradientInstruction.self),
            (.crossEntropy, CrossEntropyInstruction.self),
            (.crossEntropyGradient, CrossEntropyGradientInstruction.self),
            (.logitCrossEntropy, LogitCrossEntropyInstruction.self),
            (.logitCrossEntropyGradient, LogitCrossEntropyGradientInstruction.self),
            (.batchStatistics, BatchStatisticsInstruction.self),
            (.combineStatistics, CombineStatisticsInstruction.self),
            (.batchNorm, BatchNormInstruction.self),
            (.batchNormGradientSums, BatchNormGradientSumsInstruction.self),
            (.batchNormGradient, BatchNormGradientInstruction.self),
            (.dropout, DropoutInstruction.self),
            (.gaussianNoise, GaussianNoiseInstruction.self),
            (.reduceShards, ReduceShardsInstruction.self),
            (.adam, AdamInstruction.self),
            (.momentum, MomentumInstruction.self),
            (.movingAverage, MovingAverageInstruction.self),
            (.accumulate, AccumulateInstruction.self),
            (.squareSum, SquareSumInstruction.self),
            (.clip, ClipInstruction.self),
            (.map, MapInstruction.self),
            (.copy, CopyInstruction.self),
            (.window, WindowInstruction.self),
            (.windowGradient, WindowGradientInstruction.self),
            (.interpolate, InterpolateInstruction.self),
            (.interpolateGradient, InterpolateGradientInstruction.self),
            (.unfold, UnfoldInstruction.self),
            (.fold, FoldInstruction.self),
            (.reduce, ReduceInstruction.self),
            (.argReduce, ArgReduceInstruction.self),
            (.scan, ScanInstruction.self),
            (.gather, GatherInstruction.self),
            (.scatter, ScatterInstruction.self),
            (.sort, SortInstruction.self),
            (.treeLeaves, TreeLeavesInstruction.self),
            (.contract, ContractInstruction.self),
            (.packMatrix, PackMatrixInstruction.self),
            (.inverse, InverseInstruction.self),
            (.attention, AttentionInstruction.self),
            (.attentionGradient, AttentionGradientInstruction.self),
            (.softmaxAxis, SoftmaxAxisInstruction.self),
            (.softmaxAxisGradient, SoftmaxAxisGradientInstruction.self),
            (.normalizeRows, NormalizeRowsInstruction.self),
            (.normalizeRowsGradient, NormalizeRowsGradientInstruction.self),
            (.recurrent, RecurrentInstruction.self),
            (.recurrentGradient, RecurrentGradientInstruction.self),
            (.batchMean, BatchMeanInstruction.self),
            (.batchMeanGradient, BatchMeanGradientInstruction.self),
            (.quantizedConvolution, QuantizedConvolutionInstruction.self),
            (.quantizedDepthwise, QuantizedDepthwiseInstruction.self),
            (.integerConvolution, IntegerConvolutionInstruction.self),
            (.quantizedWinograd, QuantizedWinogradInstruction.self),
            (.bfloat16Convolution, BFloat16ConvolutionInstruction.self),
            (.bfloat16MaxPool, BFloat16MaxPoolInstruction.self),
            (.convertImage, ConvertImageInstruction.self),
            (.fillBorder, FillBorderInstruction.self),
            (.quantizedMaxPool, QuantizedMaxPoolInstruction.self),
            (.quantizedAveragePool, QuantizedAveragePoolInstruction.self),
            (.quantizedAdd, QuantizedAddInstruction.self),
            (.byteTable, ByteTableInstruction.self),
            (.blockDense, BlockDenseInstruction.self),
        ]

        /// The kind of that number, or nil where there is none.
        package static func definition(of opcode: Opcode) -> (any InstructionDefinition.Type)? {
            Int(opcode.rawValue) < byNumber.count ? byNumber[Int(opcode.rawValue)] : nil
        }

        /// From the opcodes that are written here: to ask each definition for its own would fetch as many pages of the program.
        private static let byNumber: [(any InstructionDefinition.Type)?] = {
            let count = 1 + (all.map { Int($0.opcode.rawValue) }.max() ?? 0)
            var table = [(any InstructionDefinition.Type)?](repeating: nil, count: count)
            for kind in all { table[Int(kind.opcode.rawValue)] = kind.definition }
            return table
        }()
    }
#endif
