/// Every kind of instruction.
package enum InstructionCatalogue {
    package static let all: [any InstructionDefinition.Type] = [
        RelayoutInstruction.self,
        ClearBorderInstruction.self,
        DilateInstruction.self,
        ConvolutionInstruction.self,
        DepthwiseConvolutionInstruction.self,
        ConvolutionWeightGradientInstruction.self,
        DepthwiseWeightGradientInstruction.self,
        PackWeightsInstruction.self,
        UnpackWeightsInstruction.self,
        DenseInstruction.self,
        DenseWeightGradientInstruction.self,
        PadVectorInstruction.self,
        WinogradConvolutionInstruction.self,
        WinogradWeightGradientInstruction.self,
        WinogradRowConvolutionInstruction.self,
        PlainDepthwiseConvolutionInstruction.self,
        MaxPoolInstruction.self,
        MaxPoolGradientInstruction.self,
        MaxUnpoolInstruction.self,
        AveragePoolInstruction.self,
        AveragePoolGradientInstruction.self,
        ElementwiseInstruction.self,
        BroadcastInstruction.self,
        SoftmaxInstruction.self,
        LogSoftmaxInstruction.self,
        SoftmaxGradientInstruction.self,
        LogSoftmaxGradientInstruction.self,
        CrossEntropyInstruction.self,
        CrossEntropyGradientInstruction.self,
        LogitCrossEntropyInstruction.self,
        LogitCrossEntropyGradientInstruction.self,
        BatchStatisticsInstruction.self,
        CombineStatisticsInstruction.self,
        BatchNormInstruction.self,
        BatchNormGradientSumsInstruction.self,
        BatchNormGradientInstruction.self,
        DropoutInstruction.self,
        GaussianNoiseInstruction.self,
        ReduceShardsInstruction.self,
        AdamInstruction.self,
        MomentumInstruction.self,
        MovingAverageInstruction.self,
        AccumulateInstruction.self,
        SquareSumInstruction.self,
        ClipInstruction.self,
        MapInstruction.self,
        CopyInstruction.self,
        WindowInstruction.self,
        WindowGradientInstruction.self,
        InterpolateInstruction.self,
        InterpolateGradientInstruction.self,
        UnfoldInstruction.self,
        FoldInstruction.self,
        ReduceInstruction.self,
        ArgReduceInstruction.self,
        ScanInstruction.self,
        GatherInstruction.self,
        ScatterInstruction.self,
        SortInstruction.self,
        ContractInstruction.self,
        PackMatrixInstruction.self,
        InverseInstruction.self,
        AttentionInstruction.self,
        AttentionGradientInstruction.self,
        SoftmaxAxisInstruction.self,
        SoftmaxAxisGradientInstruction.self,
        NormalizeRowsInstruction.self,
        NormalizeRowsGradientInstruction.self,
        RecurrentInstruction.self,
        RecurrentGradientInstruction.self,
        BatchMeanInstruction.self,
        BatchMeanGradientInstruction.self,
    ]

    /// The maximum number of operands that an instruction has.
    package static let operandLimit = 16
    /// The maximum number of times that an instruction is repeated for each sample.
    package static let repeatLimit = 1 << 24

    /// The kind of that number, or nil where there is none.
    package static func definition(of opcode: Opcode) -> (any InstructionDefinition.Type)? {
        Int(opcode.rawValue) < byNumber.count ? byNumber[Int(opcode.rawValue)] : nil
    }

    private static let byNumber: [(any InstructionDefinition.Type)?] = {
        let count = 1 + (all.map { Int($0.opcode.rawValue) }.max() ?? 0)
        var table = [(any InstructionDefinition.Type)?](repeating: nil, count: count)
        for kind in all { table[Int(kind.opcode.rawValue)] = kind }
        return table
    }()
}
