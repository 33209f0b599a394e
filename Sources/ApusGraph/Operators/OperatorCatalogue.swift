/// Every operator of the language, by name.
///
/// Swift can't find conforming types by itself without a run-time search that would cost start-up time, so this list is
/// the one line outside its file that a new operator needs. A test compares it with the folder.
public enum OperatorCatalogue {
    /// In the order of the language reference.
    public static let all: [any Operator.Type] = [
        Convolution2D.self, Convolution2DInputGradient.self, Convolution2DWeightGradient.self, FusedConvolution2D.self,
        MaxPool2D.self, MaxPool2DGradient.self, MaxUnpool2D.self,
        AveragePool2D.self, AveragePool2DGradient.self, GlobalAveragePool.self,
        Dense.self, DenseInputGradient.self, DenseWeightGradient.self, FusedDense.self,
        Flatten.self, Reshape.self, Squeeze.self, Unsqueeze.self, Expand.self, Identity.self, Transpose.self,
        Concat.self,
        Split.self, Slice.self, SliceGradient.self, Flip.self, Tile.self, Roll.self, Pad.self, PadConstant.self,
        DepthToSpace.self, SpaceToDepth.self, Triangle.self, ShapeOf.self, Size.self,
        Full.self, NumberRange.self, EyeLike.self,
        Embedding.self, Gather.self, GatherGradient.self, GatherElements.self, GatherND.self, ScatterElements.self,
        ScatterND.self, TopK.self, Sort.self, Resize.self, Interpolate.self, InterpolateGradient.self,
        Relu.self, ReluGradient.self, Sigmoid.self, SigmoidGradient.self, Tanh.self, TanhGradient.self,
        Softmax.self, SoftmaxGradient.self, LogSoftmax.self, LogSoftmaxGradient.self,
        CrossEntropy.self, CrossEntropyGradient.self, LogitCrossEntropy.self, LogitCrossEntropyGradient.self,
        Add.self, Multiply.self, Elementwise.self, ReduceSum.self,
        BatchNorm.self, BatchNormTraining.self, BatchNormGradient.self, MovingAverage.self, FoldBatchNorm.self,
        Dropout.self, DropoutTraining.self, GaussianNoise.self,
    ]

    private static let byName: [String: any Operator.Type] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The operator with this name.
    public static func named(_ name: String) -> (any Operator.Type)? { byName[name] }
}
