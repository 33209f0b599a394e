extension Opcode {
    package static let blockDense = Opcode(rawValue: 199)
}

/// A dense layer on rows of f32, whose weights are codes of 8 or 4 bits with a scale for each block of 32 inputs of each output:
///
///     destination[o] = activation(bias[o] + Σ_b scale[o, b] · Σ_c source[c] · code[o, c])
///
/// where `c` runs over the inputs of block `b`. The source row has `inputs` elements; where they are no multiple of 32, the last block's
/// other codes meet zeros. Packed are, for each output block of V and each input block:
///
/// - codes of 8 bits: `[8][V][4]`, words of four neighbouring inputs, each a byte that is 128 more than the code;
/// - codes of 4 bits: `[4][V][4]`, words of eight: byte `i` has input `i` in its low half and input `i + 4` in its high half, each 8 more
///   than the code;
/// - scales: `[V]`, f32.
///
/// The bias has V lanes for each output block. The destination row has room for `outputs` rounded up to V, and whole vectors are stored.
///
/// **How it is computed.** The numbers of a block of the source become whole numbers of 24 bits, with a power of two as their scale that
/// depends on the largest of them: no error is larger than 1.2 · 10^-7 of that. Products and sums of a block are
/// exact from there on, are rounded once to f32, multiplied by the scale, and added to the sum of the blocks before it. So the bits depend
/// neither on the instruction set, nor on how many samples or outputs are computed together. Results of a row in which a block has
/// an infinite number, or one that isn't a number, are not numbers.
package struct BlockDenseParameters: Sendable, Equatable, BitwiseCopyable {
    package var inputs: Int32
    package var outputs: Int32
    /// Bits of a code: 8 or 4.
    package var bits: Int32
    package var sourceStride: Int32
    package var destinationStride: Int32
    package var activation: Int32 = 0
    package var floor: Float = 0
    package var ceiling: Float = 0

    package init(inputs: Int, outputs: Int, bits: Int, sourceStride: Int, destinationStride: Int) {
        self.inputs = Int32(inputs)
        self.outputs = Int32(outputs)
        self.bits = Int32(bits)
        self.sourceStride = Int32(sourceStride)
        self.destinationStride = Int32(destinationStride)
    }

    /// Inputs that have a scale in common.
    @inline(__always)
    package static var block: Int { 32 }

    /// Blocks of so many inputs.
    @inline(__always)
    package static func blocks(inputs: Int) -> Int { (inputs + block - 1) / block }

    /// Words of 32 bits of a block of the source in the scratch: digits, where sums start, and the scale.
    @inline(__always)
    package static var blockWords: Int { 36 }
}

/// `source, packed codes, scales, bias?, destination, scratch` · ``BlockDenseParameters``
package struct BlockDenseInstruction: InstructionDefinition {
    package static var opcode: Opcode { .blockDense }
    package static var name: String { "blockDense" }
    private let parameters: BlockDenseParameters
    private let lanes: Int
    private let inputs: Int
    private let blocks: Int
    /// In whole blocks.
    private let outputs: Int
    private let sourceStride: Int
    private let destinationStride: Int

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(BlockDenseParameters.self)
        inputs = try positive(parameters.inputs, "the number of inputs")
        outputs = padded(try positive(parameters.outputs, "the number of outputs"), to: lanes)
        try require(parameters.bits == 8 || parameters.bits == 4, "a code has \(parameters.bits) bits, not 8 or 4")
        sourceStride = try notNegative(parameters.sourceStride, "the source's stride")
        destinationStride = try notNegative(parameters.destinationStride, "the destination's stride")
        try requireApart(destinationStride, outputs, "result")
        try Activation.check(parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        blocks = BlockDenseParameters.blocks(inputs: inputs)
        self.parameters = parameters
        self.lanes = lanes
    }

    /// Bytes of the codes of one output.
    private var outputBytes: Int { product(blocks, BlockDenseParameters.block) / 8 * Int(parameters.bits) }

    package func steps(samples: Int) -> Int? { turns(samples, outputs, inputs) }

    package var factors: FactorType { .bytes }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, elements: inputs, every: sourceStride, samples: samples),
            OperandExtent("packed codes", .read, elements: product(outputs, outputBytes), of: 1),
            OperandExtent("scales", .read, elements: product(outputs, blocks)),
            OperandExtent("bias", .read, elements: outputs, isOptional: true),
            OperandExtent("destination", .write, elements: outputs, every: destinationStride, samples: samples),
            OperandExtent(
                "scratch", .scratch,
                elements: product(samples, blocks, BlockDenseParameters.blockWords)),
        ]
    }

    /// By pairs of output blocks.
    package var partitions: [Partition] {
        let (whole, lanes, blocks, outputBytes) = (parameters, lanes, blocks, outputBytes)
        let outputs = Int(whole.outputs)
        let width = 2 * lanes
        let partition = Partition(.blocks, units: (outputs + width - 1) / width, sharedBytes: 4 * inputs) { units in
            let first = units.lowerBound * width
            var part = whole
            part.outputs = Int32(min(units.upperBound * width, outputs) - first)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [0, first * outputBytes, 4 * first * blocks, 4 * first, 4 * first, 0])
        }
        return [partition]
    }
}
