/// Every operator of the language, by name.
///
/// Swift can't find conforming types by itself without a run-time search that would cost start-up time, so this list is
/// the one line outside its file that a new operator needs. A test compares it with the folder.
public enum OperatorCatalogue {
    /// In the order of the language reference.
    public static let all: [any Operator.Type] = [
        Convolution2D.self, Convolution2DInputGradient.self, Convolution2DWeightGradient.self, FusedConvolution2D.self,
        Convolution1D.self, Convolution3D.self,
        ConvolutionTranspose1D.self, ConvolutionTranspose2D.self, ConvolutionTranspose3D.self,
        MaxPool2D.self, MaxPool2DGradient.self, MaxUnpool2D.self,
        AveragePool2D.self, AveragePool2DGradient.self, GlobalAveragePool.self,
        GlobalMaxPool.self, PaddedAveragePool2D.self,
        MaxPool1D.self, MaxPool3D.self, AveragePool1D.self, AveragePool3D.self, LpPool.self,
        Dense.self, DenseInputGradient.self, DenseWeightGradient.self, FusedDense.self, Linear.self,
        MatMul.self, Gemm.self, Einsum.self, Inverse.self,
        Attention.self, MultiHeadAttention.self, ScaledDotProductAttention.self, ScaledDotProductAttentionGradient.self,
        LSTM.self, GRU.self, RNN.self, RecurrentSteps.self, RecurrentStepsGradient.self,
        Flatten.self, Reshape.self, Squeeze.self, Unsqueeze.self, Expand.self, Identity.self, Transpose.self,
        Concat.self,
        Split.self, Slice.self, SliceGradient.self, Flip.self, Tile.self, Roll.self, Pad.self, PadConstant.self,
        DepthToSpace.self, SpaceToDepth.self, Triangle.self, ShapeOf.self, Size.self,
        Full.self, NumberRange.self, EyeLike.self,
        Embedding.self, Gather.self, GatherGradient.self, GatherElements.self, GatherND.self, ScatterElements.self,
        ScatterND.self, TopK.self, Sort.self, TreeLeaves.self, Resize.self, Interpolate.self, InterpolateGradient.self,
        Relu.self, ReluGradient.self, Sigmoid.self, SigmoidGradient.self, Tanh.self, TanhGradient.self,
        LeakyRelu.self, PRelu.self, Elu.self, Selu.self, Celu.self, Gelu.self, QuickGelu.self, Silu.self, Mish.self,
        HardSigmoid.self, HardSwish.self, Softplus.self, Softsign.self, ThresholdedRelu.self, GatedLinearUnit.self,
        Softmax.self, SoftmaxGradient.self, LogSoftmax.self, LogSoftmaxGradient.self, Hardmax.self,
        CrossEntropy.self, CrossEntropyGradient.self, LogitCrossEntropy.self, LogitCrossEntropyGradient.self,
        MeanSquaredError.self, MeanAbsoluteError.self, Huber.self, BinaryCrossEntropy.self,
        BinaryCrossEntropyWithLogits.self, BatchMean.self, BatchMeanGradient.self,
        Add.self, Subtract.self, Multiply.self, Divide.self, Power.self, Modulo.self, Minimum.self, Maximum.self,
        Clip.self,
        Negate.self, Absolute.self, Sign.self, Reciprocal.self, Floor.self, Ceiling.self, Round.self, Elementwise.self,
        SquareRoot.self, Exponential.self, Logarithm.self, ErrorFunction.self, Sine.self, Cosine.self, Tangent.self,
        ArcSine.self, ArcCosine.self, ArcTangent.self, HyperbolicSine.self, HyperbolicCosine.self,
        InverseHyperbolicSine.self, InverseHyperbolicCosine.self, InverseHyperbolicTangent.self,
        Equal.self, NotEqual.self, Less.self, LessOrEqual.self, Greater.self, GreaterOrEqual.self, IsNaN.self,
        IsInfinite.self, And.self, Or.self, ExclusiveOr.self, Not.self, Where.self,
        BitwiseAnd.self, BitwiseOr.self, BitwiseExclusiveOr.self, BitwiseNot.self, BitShift.self,
        Cast.self, QuantizeLinear.self, DequantizeLinear.self, FakeQuantize.self, OneHot.self,
        ReduceSum.self, ReduceMean.self, ReduceMeanGradient.self, ReduceMax.self, ReduceMin.self, ReduceProduct.self,
        ReduceLogSumExp.self, ReduceLogSum.self, ReduceL1.self, ReduceL2.self, ReduceSumSquare.self, RepeatAlong.self,
        ArgMax.self, ArgMin.self, CumulativeSum.self,
        BatchNorm.self, BatchNormTraining.self, BatchNormGradient.self, MovingAverage.self, FoldBatchNorm.self,
        LayerNorm.self, GroupNorm.self, InstanceNorm.self, RootMeanSquareNorm.self, NormalizeRows.self,
        NormalizeRowsGradient.self, LocalResponseNorm.self, LpNormalization.self,
        Dropout.self, DropoutTraining.self, GaussianNoise.self,
        Quantize.self, Dequantize.self, IntegerConvolution2D.self, QuantizedConvolution2D.self, QuantizedAdd.self,
        QuantizedMaxPool2D.self, QuantizedAveragePool2D.self, ByteTable.self, BlockDense.self,
    ]

    private static let byName: [String: any Operator.Type] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The operator with this name.
    public static func named(_ name: String) -> (any Operator.Type)? { byName[name] }
}
