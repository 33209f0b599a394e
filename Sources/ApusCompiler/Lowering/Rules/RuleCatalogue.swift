import ApusGraph

/// The rule of every operator that works on samples: one line each.
///
/// Operators with an ``ApusGraph/Operator/expression`` or a formula, and broadcasting operators, need none of their own.
enum RuleCatalogue {
    static let all: [any OperatorRule.Type] = [
        Convolution2DRule.self, FusedConvolution2DRule.self,
        Convolution2DInputGradientRule.self, Convolution2DWeightGradientRule.self,
        DenseRule.self, FusedDenseRule.self, DenseInputGradientRule.self, DenseWeightGradientRule.self,
        MaxPool2DRule.self, MaxPool2DGradientRule.self, MaxUnpool2DRule.self,
        AveragePool2DRule.self, GlobalAveragePoolRule.self, AveragePool2DGradientRule.self,
        FlattenRule.self, ReshapeRule.self, DropoutRule.self,
        SqueezeRule.self, UnsqueezeRule.self, IdentityRule.self, TransposeRule.self, SliceRule.self,
        SliceGradientRule.self,
        FlipRule.self, TileRule.self, ExpandRule.self, ConcatRule.self, SplitRule.self, PadConstantRule.self,
        TriangleRule.self, FullRule.self, EyeLikeRule.self, NumberRangeRule.self, ShapeOfRule.self, SizeRule.self,
        CastRule.self, OneHotRule.self,
        SoftmaxRule.self, LogSoftmaxRule.self, SoftmaxGradientRule.self, LogSoftmaxGradientRule.self,
        CrossEntropyRule.self, LogitCrossEntropyRule.self,
        CrossEntropyGradientRule.self, LogitCrossEntropyGradientRule.self,
        BatchNormRule.self, BatchNormTrainingRule.self, BatchNormGradientRule.self,
        DropoutTrainingRule.self, GaussianNoiseRule.self,
        ReduceSumRule.self,
        MatMulRule.self, InverseRule.self,
        NormalizeRowsRule.self, NormalizeRowsGradientRule.self,
        ReduceMaxRule.self, ReduceMinRule.self, ReduceMeanRule.self, ReduceProductRule.self, ReduceLogSumExpRule.self,
        ReduceMeanGradientRule.self, RepeatAlongRule.self, ArgMaxRule.self, ArgMinRule.self, CumulativeSumRule.self,
        BatchMeanRule.self, BatchMeanGradientRule.self,
        GatherRule.self, GatherGradientRule.self, GatherElementsRule.self, GatherNDRule.self,
        ScatterElementsRule.self, ScatterNDRule.self, SortRule.self, TopKRule.self,
        TreeLeavesRule.self,
        InterpolateRule.self, InterpolateGradientRule.self,
        ScaledDotProductAttentionRule.self, ScaledDotProductAttentionGradientRule.self,
        RecurrentStepsRule.self, RecurrentStepsGradientRule.self,
        IntegerConvolution2DRule.self, QuantizedConvolution2DRule.self, QuantizeRule.self, DequantizeRule.self,
        QuantizedAddRule.self, QuantizedMaxPool2DRule.self, QuantizedAveragePool2DRule.self, ByteTableRule.self,
        BlockDenseRule.self,
    ]

    private static let byName: [String: any OperatorRule.Type] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.operatorName, $0) })

    /// The rule for a call of `operation`: its own, or that of its kind.
    static func rule(for operation: any Operator) -> any LoweringRule {
        if let own = byName[operation.name]?.make(operation) { return own }
        if let broadcasting = operation.asBroadcasting { return BroadcastingRule(broadcasting) }
        if let expression = operation.expression { return ElementwiseRule(expression) }
        if let elementwise = operation.asElementwise { return ElementwiseRule(elementwise.formula) }
        return CompileTimeRule()
    }
}
