import ApusInstructions
import ApusPlan
import InstructionSamples
import TestSupport

/// Random numbers that are the same on every run.
typealias SeededGenerator = SplitMix64

/// A plan written by hand for four lanes: a convolution with pooling and argmaxes, a dense layer, softmax and a loss, and
/// an epilogue that sums two shards and updates the parameters.
func samplePlan() -> Plan {
    var plan = Plan(name: "sample", target: .baseline, batchBound: 64, microBatch: 3)
    plan.shards = 2
    plan.multiplyAdds = 5888
    plan.inputs = [
        Port(name: "image", elementType: .f32, sampleShape: [1, 8, 8]),
        Port(name: "label", elementType: .i32, sampleShape: []),
    ]
    plan.outputs = [Port(name: "probabilities", elementType: .f32, sampleShape: [10], meaning: .probabilities)]
    plan.fused = ["conv1+relu+pool1"]
    plan.labels = (0..<10).map(String.init)
    plan.preparation = [.init(name: "mean", value: "0.1307"), .init(name: "größe", value: "8×8")]

    var bordered = ImageLayout(channels: 1, height: 8, width: 8, top: 1, left: 1, bottom: 1, right: 1)
    bordered.sampleStride = 112
    let pooled = ImageLayout(channels: 8, height: 4, width: 4, channelBlock: 4)
    let plain = ImageLayout(channels: 8, height: 4, width: 4)
    var convolution = ConvolutionParameters(source: bordered, destination: pooled)
    convolution.kernelHeight = 3
    convolution.kernelWidth = 3
    convolution.padTop = 1
    convolution.padLeft = 1
    convolution.outputHeight = 8
    convolution.outputWidth = 8
    convolution.inputBlocks = 1
    convolution.outputBlocks = 2
    convolution.activation = 1
    convolution.poolHeight = 2
    convolution.poolWidth = 2
    convolution.argmaxStride = 128
    let dense = DenseParameters(inputs: 128, outputs: 10, sourceStride: 128, destinationStride: 12)
    var rows = RowParameters(count: 10, rows: 1, rowStride: 10, sampleStride: 10)
    rows.labelStride = 1
    var program = ElementwiseParameters(count: 10, steps: 2, sources: 1, destinationStride: 10)
    program.stride0 = 12

    // 0: 8 blocks of 9 weights and their bias; 320: 12 × 128 weights of the dense layer and its bias.
    plan.constants = AlignedBytes((0..<6560).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    plan.stateBytes = 256
    plan.slices = [
        StateSlice(name: "bias", kind: .parameter, shape: [10], offset: 0),
        StateSlice(name: "bias", kind: .gradient, shape: [2, 5], offset: 64),
        StateSlice(name: "loss", kind: .result, shape: [], offset: 128),
        StateSlice(name: "status", kind: .status, shape: [2], offset: 192),
    ]
    plan.reductionBytes = 128
    plan.activationBytes = 4096
    plan.activationBound = 3264
    plan.isOptimal = false
    plan.buffers = [
        BufferPlacement(name: "bordered", offset: 0, size: 1344, firstUse: 0, lastUse: 1),
        BufferPlacement(name: "pool1", offset: 1536, size: 1536, firstUse: 1, lastUse: 2),
        BufferPlacement(name: "pool1.argmax", offset: 3072, size: 384, firstUse: 1, lastUse: 1),
        BufferPlacement(name: "flat", offset: 0, size: 1536, firstUse: 2, lastUse: 3),
        BufferPlacement(name: "logits", offset: 3456, size: 144, firstUse: 3, lastUse: 4),
        BufferPlacement(name: "scaled", offset: 0, size: 128, firstUse: 4, lastUse: 6),
    ]
    func instruction(_ opcode: Opcode, _ operands: [Operand], _ parameters: [UInt8], _ label: String) -> Instruction {
        Instruction(opcode, operands: operands, parameters: parameters, label: label, multiplyAdds: 7)
    }
    plan.prologue = [
        instruction(
            .padVector, [Operand(.constants), Operand(.reductions)],
            bytes(of: PadVectorParameters(count: 0, paddedCount: 64)), "reductions")
    ]
    plan.body = [
        instruction(
            .relayout, [Operand(.input), Operand(.activations)],
            bytes(
                of: RelayoutParameters(
                    source: ImageLayout(channels: 1, height: 8, width: 8), destination: bordered)), "image"),
        instruction(
            .convolution,
            [
                Operand(.activations), Operand(.constants), Operand(.constants, offset: 288),
                Operand(.activations, offset: 1536), Operand(.activations, offset: 3072), .none,
            ], bytes(of: convolution), "pool1"),
        instruction(
            .relayout, [Operand(.activations, offset: 1536), Operand(.activations)],
            bytes(of: RelayoutParameters(source: pooled, destination: plain)), "flat"),
        instruction(
            .dense,
            [
                Operand(.activations), Operand(.constants, offset: 320), .none,
                Operand(.activations, offset: 3456),
            ], bytes(of: dense), "logits"),
        instruction(
            .elementwise, [Operand(.activations, offset: 3456), Operand(.activations)],
            bytes(of: program)
                + bytes(of: ElementwiseStep(.constant, result: 1, value: 0.5))
                + bytes(of: ElementwiseStep(.multiply, first: 0, second: 1, result: 2)), "scaled"),
        instruction(
            .softmax, [Operand(.activations), Operand(.output)], bytes(of: rows), "probabilities"),
        instruction(
            .logitCrossEntropy,
            [Operand(.activations), Operand(.input, port: 1), Operand(.reductions, offset: 64), Operand(.arguments)],
            bytes(of: rows), "loss"),
    ]
    plan.epilogue = [
        instruction(
            .reduceShards, [Operand(.reductions), Operand(.state, offset: 64)],
            bytes(of: ReduceParameters(count: 10, stride: 32, shards: 2)), "bias gradient"),
        instruction(
            .movingAverage, [Operand(.state), Operand(.state, offset: 64), Operand(.arguments)],
            bytes(of: OptimizerParameters(count: 10)), "bias average"),
    ]
    return plan
}
