import ApusInstructions
import ApusPlan

/// The bytes of a parameter structure.
package func bytes<Parameters>(of parameters: Parameters) -> [UInt8] {
    withUnsafeBytes(of: parameters) { Array($0) }
}

/// Right parameters of a kind of instruction, for four lanes.
package struct SampleInstruction: Sendable, CustomStringConvertible {
    package let opcode: Opcode
    package let parameters: [UInt8]

    init(_ opcode: Opcode, _ parameters: some BitwiseCopyable, _ more: [some BitwiseCopyable] = [ElementwiseStep]()) {
        self.opcode = opcode
        self.parameters = more.reduce(into: bytes(of: parameters)) { $0 += bytes(of: $1) }
    }

    package var description: String { "\(opcode)" }

    /// The kind's definition with these parameters, or with others.
    package func definition(_ other: [UInt8]? = nil) throws(ParameterError) -> any InstructionDefinition {
        try Instruction(opcode, operands: [], parameters: other ?? parameters, label: "").definition(lanes: 4)
    }

    package static let all: [SampleInstruction] =
        moves + convolutions + winograd + weights + pools + elements + rows + once + general + quantized

    private static let plain = ImageLayout(channels: 8, height: 6, width: 6)
    private static let blocked = ImageLayout(channels: 8, height: 6, width: 6, channelBlock: 4)
    private static let bordered = ImageLayout(
        channels: 8, height: 6, width: 6, channelBlock: 4, top: 1, left: 1, bottom: 1, right: 1)
    private static let half = ImageLayout(channels: 8, height: 3, width: 3, channelBlock: 4)

    private static let moves = [
        SampleInstruction(.relayout, RelayoutParameters(source: plain, destination: bordered)),
        SampleInstruction(.clearBorder, ClearBorderParameters(bordered)),
        SampleInstruction(.dilate, DilateParameters(source: half, destination: blocked, strideY: 2, strideX: 2)),
        SampleInstruction(
            .interleave, InterleaveParameters(destination: blocked, sampleStrides: [72, 72, 72, 72])),
    ]

    /// A 3 × 3 convolution that keeps the image's size.
    private static func convolution(
        _ source: ImageLayout, _ destination: ImageLayout, pooled: Bool = false
    ) -> ConvolutionParameters {
        var parameters = ConvolutionParameters(source: source, destination: destination)
        (parameters.kernelHeight, parameters.kernelWidth) = (3, 3)
        (parameters.padTop, parameters.padLeft) = (1, 1)
        (parameters.outputHeight, parameters.outputWidth) = (6, 6)
        (parameters.inputBlocks, parameters.outputBlocks) = (Int32(source.blocks), Int32(destination.blocks))
        if pooled {
            (parameters.poolHeight, parameters.poolWidth, parameters.argmaxStride) = (2, 2, 128)
        }
        return parameters
    }

    private static let convolutions: [SampleInstruction] = {
        let single = ImageLayout(channels: 8, height: 6, width: 6, top: 1, left: 1, bottom: 1, right: 1)
        var grouped = convolution(bordered, blocked)
        grouped.groupInputs = bordered.channels / 2
        grouped.groupOutputs = blocked.channels / 2
        return [
            SampleInstruction(.convolution, convolution(bordered, blocked)),
            SampleInstruction(.convolution, grouped),
            SampleInstruction(.convolution, convolution(bordered, half, pooled: true)),
            SampleInstruction(.convolution, convolution(single, blocked)),
            SampleInstruction(.depthwiseConvolution, convolution(bordered, half, pooled: true)),
            SampleInstruction(.plainDepthwiseConvolution, convolution(plain, plain)),
            SampleInstruction(.plainConvolution, convolution(plain, plain)),
            SampleInstruction(
                .plainPointwiseConvolution, PlainPointwiseParameters(channels: 3, filters: 10, pixels: 21, lanes: 4)),
            SampleInstruction(.convolutionWeightGradient, convolution(bordered, blocked)),
            SampleInstruction(.convolutionWeightGradient, convolution(single, half, pooled: true)),
            SampleInstruction(.depthwiseWeightGradient, convolution(bordered, blocked)),
        ]
    }()

    private static let winograd: [SampleInstruction] = {
        func parameters(
            _ source: ImageLayout, _ destination: ImageLayout, _ tile: WinogradTile, pooled: Bool = false
        ) -> WinogradParameters {
            var parameters = WinogradParameters(source: source, destination: destination, tile: tile)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (6, 6)
            if pooled { (parameters.poolHeight, parameters.poolWidth, parameters.argmaxStride) = (2, 2, 128) }
            return parameters
        }
        let wide = ImageLayout(channels: 8, height: 6, width: 6, top: 1, left: 1, bottom: 1, right: 8)
        var unpooling = parameters(
            ImageLayout(channels: 8, height: 3, width: 3, channelBlock: 4, top: 1, left: 1, bottom: 1, right: 1),
            blocked, .small)
        (unpooling.unpools, unpooling.sourceArgmaxStride) = (1, 128)
        var grouped = parameters(bordered, blocked, .small)
        (grouped.groupInputs, grouped.groupOutputs) = (1, 1)
        return [
            SampleInstruction(.winogradConvolution, parameters(bordered, blocked, .small)),
            SampleInstruction(.winogradConvolution, grouped),
            SampleInstruction(.winogradConvolution, parameters(bordered, half, .small, pooled: true)),
            SampleInstruction(.winogradConvolution, unpooling),
            SampleInstruction(.winogradRowConvolution, parameters(wide, blocked, .row)),
            SampleInstruction(.winogradWeightGradient, parameters(bordered, blocked, .small)),
            SampleInstruction(.winogradWeightGradient, parameters(bordered, half, .small, pooled: true)),
        ]
    }()

    private static let weights: [SampleInstruction] = {
        var grouped = PackParameters(form: .forward, outputs: 8, inputs: 8, outputBlock: 4, inputBlock: 4)
        (grouped.kernelHeight, grouped.kernelWidth, grouped.groups, grouped.groupedBlocks) = (3, 3, 2, 1)
        var transformed = PackParameters(form: .transposed, outputs: 8, inputs: 8, outputBlock: 4, inputBlock: 4)
        (transformed.kernelHeight, transformed.kernelWidth, transformed.tile) = (3, 3, .large)
        var transformedGroups = grouped
        transformedGroups.tile = .small
        let dense = DenseParameters(inputs: 10, outputs: 6, sourceStride: 10, destinationStride: 8)
        return [
            SampleInstruction(.packWeights, grouped),
            SampleInstruction(.packWeights, transformed),
            SampleInstruction(.packWeights, transformedGroups),
            SampleInstruction(.unpackWeights, grouped),
            SampleInstruction(.padVector, PadVectorParameters(count: 6, paddedCount: 8)),
            SampleInstruction(.dense, dense),
            SampleInstruction(.denseWeightGradient, dense),
        ]
    }()

    private static let pools: [SampleInstruction] = {
        var pool = PoolParameters(source: bordered, destination: half, window: (2, 2), stride: (2, 2))
        pool.argmaxStride = 128
        return [Opcode.maxPool, .maxPoolGradient, .maxUnpool, .averagePool, .averagePoolGradient].map {
            SampleInstruction($0, pool)
        }
    }()

    private static let elements: [SampleInstruction] = {
        var program = ElementwiseParameters(count: 10, steps: 2, sources: 2, destinationStride: 12)
        (program.stride0, program.stride1) = (10, 0)
        var loops = BroadcastParameters(operation: .add)
        loops.extents = (1, 1, 2, 3, 4, 5)
        loops.firstStrides = (0, 0, 60, -20, 5, 1)
        loops.secondStrides = (0, 0, 0, 0, 5, 1)
        loops.destinationStrides = (0, 0, 60, 20, 5, 1)
        loops.firstSampleStride = 120
        loops.destinationSampleStride = 120
        var noise = RandomParameters(count: 10, stream: 3, amount: 0.5, sourceStride: 10, destinationStride: 10)
        noise.amount = 0.25
        let norm = BatchNormParameters(source: bordered, destination: blocked, epsilon: 1e-5)
        return [
            SampleInstruction(
                .elementwise, program,
                [
                    ElementwiseStep(.constant, result: 2, value: 0.5),
                    ElementwiseStep(.multiply, first: 0, second: 2, result: 3),
                ]),
            SampleInstruction(.broadcast, loops),
            SampleInstruction(.dropout, noise),
            SampleInstruction(.gaussianNoise, noise),
            SampleInstruction(.batchNorm, norm),
            SampleInstruction(.batchStatistics, BatchStatisticsParameters(source: norm.source)),
            SampleInstruction(.combineStatistics, CombineStatisticsParameters(channels: 5, stride: 48, shards: 3)),
            SampleInstruction(.batchNormGradientSums, norm),
            SampleInstruction(.batchNormGradient, BatchNormGradientParameters(norm: norm, result: blocked, count: 6)),
        ]
    }()

    private static let rows: [SampleInstruction] = {
        var rows = RowParameters(count: 10, rows: 3, rowStride: 12, sampleStride: 36)
        rows.labelStride = 4
        return [
            Opcode.softmax, .logSoftmax, .softmaxGradient, .logSoftmaxGradient, .crossEntropy, .crossEntropyGradient,
            .logitCrossEntropy, .logitCrossEntropyGradient,
        ].map { SampleInstruction($0, rows) }
    }()

    private static let once = [
        SampleInstruction(.reduceShards, ReduceParameters(count: 10, stride: 16, shards: 2)),
        SampleInstruction(.adam, OptimizerParameters(count: 10)),
        SampleInstruction(.momentum, OptimizerParameters(count: 10)),
        SampleInstruction(.movingAverage, OptimizerParameters(count: 10)),
        SampleInstruction(.accumulate, AccumulateParameters(count: 10)),
        SampleInstruction(.squareSum, SquareSumParameters(count: 10)),
        SampleInstruction(.clip, ClipParameters(count: 10, parts: 3, limit: 1)),
    ]
}
