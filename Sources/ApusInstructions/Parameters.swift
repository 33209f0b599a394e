// The parameter structures of the instructions. Every field is four bytes wide, so that a structure is stored in a plan
// file as it lies in memory. "V" is the vector width of the target: 4, 8 or 16 lanes of f32.

/// What is applied to a result before it is stored.
package enum Activation: Int32, Sendable, CaseIterable {
    case none = 0
    case relu = 1
}

/// A convolution from `source` to `destination`, and its weight gradient.
///
/// **convolution**: for each output channel `o` and each position `(y, x)` of `outputHeight` × `outputWidth`
///
///     sum[o, y, x] = bias[o] + Σ_(c, i, j) source[c, y·strideY + i·dilationY − padTop, x·strideX + j·dilationX − padLeft]
///                                          · weight[o, c, i, j]
///
/// where `c` runs over the input channels of `o`'s group. The source has a border that covers every position read: the
/// kernel tests none. Then `activation`; then, where `poolHeight` > 0, the greatest of each `poolHeight` × `poolWidth`
/// window (windows do not overlap, rows and columns that fill no window are not computed), and the result is stored. A sum
/// that is not a number stays so through activation and pooling.
/// The destination's height and width are those after pooling; its block is V.
///
/// - The bias has V lanes for each output block (zero in unused lanes). Null: zero.
/// - Packed weights are `[output block][input channel][i][j][V]`; the source's block may be 1 or V, and where it is V the
///   input channel index is padded: `[output block][input block][i][j][channel in block][V]` with zero weights in
///   unused places. Unused output lanes have zero weights. The unused lanes of the source are not read.
/// - Groups: output block `b` reads the `inputBlocks` input blocks from `(b / outputBlocks) · inputBlocks` on. Without
///   groups both count all blocks. (Groups that do not fill blocks are packed as one group with zero weights.)
/// - The choice, where not null and `poolHeight` > 0, has one byte for each element of the destination's picture,
///   `[output block][pooled y][pooled x][V]` without border, `choiceStride` bytes a sample: the index `i·poolWidth + j`
///   of the element chosen (the first of the greatest), or 255 where `activation` is relu and the result is not above
///   zero. `choice` needs `poolHeight·poolWidth` < 255.
/// - `addend` is the layout of the addend, with the channels, the picture and the block of the destination.
/// - The sums of a ``ConvolutionTile`` stay in registers. Where the pooling window is 2 × 2 and the tile holds whole windows,
///   these are its columns by twos of two rows, or its positions by fours where they flow.
///
/// **depthwiseConvolution**: the same with input channel `o` alone: source and destination have block V and the same
/// channels; packed weights are `[block][i][j][V]`. Group fields are not used. Whole vectors of the source are read.
///
/// **plainDepthwiseConvolution**: the same on plain pictures: source and destination have block 1 and no border, and at
/// least V pixels each. What is read outside of the source is zero. There is no pooling. The scratch is
/// ``plainDepthwiseScratchElements(lanes:)`` long.
///
/// **convolutionWeightGradient**, **depthwiseWeightGradient**: add to the packed weight gradient (same order as the
/// packed weights, and only places of real input channels are touched) the sum over the samples and positions of
/// `destination gradient · source`, and to the bias gradient (V lanes each output block), where it is not null, the sum
/// of the destination gradient. `destination` is here the layout of the gradient of the sums, with no pooling, and its
/// picture is `outputHeight` × `outputWidth`. What the gradients get in unused output lanes is not specified.
///
/// A **convolutionWeightGradient** may have a pooling window of 2 × 2: `destination` is then the layout of the pooled gradient,
/// and with the choice, which is then there, the kernel makes of it the gradient of the sums as it goes along: see
/// **maxUnpool**. Strides and dilations are then 1, and the source's block is 1.
package struct ConvolutionParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package var kernelHeight: Int32 = 1
    package var kernelWidth: Int32 = 1
    package var strideY: Int32 = 1
    package var strideX: Int32 = 1
    package var dilationY: Int32 = 1
    package var dilationX: Int32 = 1
    package var padTop: Int32 = 0
    package var padLeft: Int32 = 0
    package var outputHeight: Int32 = 0
    package var outputWidth: Int32 = 0
    package var inputBlocks: Int32 = 0
    package var outputBlocks: Int32 = 0
    package var activation: Int32 = 0
    package var poolHeight: Int32 = 0
    package var poolWidth: Int32 = 0
    package var choiceStride: Int32 = 0
    package var addend: ImageLayout
    package var tile = ConvolutionTile(outputs: 1, columns: 1)
    package init(source: ImageLayout, destination: ImageLayout) {
        self.source = source
        self.destination = destination
        addend = destination
    }
}

/// Between weights `[outputs, inputs / groups, kernelHeight, kernelWidth]` (dense: `[outputs, inputs]`, kernel 1 × 1) and
/// the packed order of ``ConvolutionParameters``. These kernels work for any `outputBlock` and `inputBlock`, not only V.
/// All of the packed weights are written, and by `unpackWeights` all of the weights (it does not add to them).
package struct PackParameters: Sendable, Equatable, BitwiseCopyable {
    /// What the packed weights are for.
    package enum Form: Int32, Sendable, CaseIterable {
        /// A convolution or dense layer: `packed[output block][input block][i][j][c][o] = weight[o, c, i, j]`.
        /// Weights between channels of different groups are zero, unless `groupedBlocks` is 1.
        case forward = 0
        /// The input gradient: the same layer with inputs and outputs exchanged and the kernel turned by half a turn.
        /// `outputBlock` and `inputBlock` are those of the exchanged layer. Not for `unpackWeights`.
        case transposed = 1
        /// A depthwise convolution: `packed[block][i][j][o] = weight[o, 0, i, j]`.
        case depthwise = 2
        /// The input gradient of a depthwise convolution: the kernel turned by half a turn. Not for `unpackWeights`.
        case depthwiseTransposed = 3
    }
    package var form: Int32
    package var outputs: Int32
    package var inputs: Int32
    package var kernelHeight: Int32 = 1
    package var kernelWidth: Int32 = 1
    package var groups: Int32 = 1
    /// Lanes of an output block.
    package var outputBlock: Int32
    /// Channels of an input block: the source's `channelBlock`.
    package var inputBlock: Int32
    /// 1 where the inputs and the outputs of each group fill whole blocks: then only the input blocks of the output
    /// block's own group are stored.
    package var groupedBlocks: Int32 = 0
    /// Where the packed weights are those of a ``WinogradParameters``, its tile: the forms `forward` and `transposed` of a
    /// 3 × 3 kernel without groups are then transformed by G, and `unpackWeights` transforms those of
    /// weight gradients back by its transpose. `none` for all others.
    package var tile = WinogradTile.none

    package init(form: Form, outputs: Int, inputs: Int, outputBlock: Int, inputBlock: Int) {
        self.form = form.rawValue
        self.outputs = Int32(outputs)
        self.inputs = Int32(inputs)
        self.outputBlock = Int32(outputBlock)
        self.inputBlock = Int32(inputBlock)
    }

    /// Elements of the packed weights.
    package var packedElements: Int {
        let kernel = tile == .none ? Int(kernelHeight) * Int(kernelWidth) : tile.frequencies
        func padded(_ count: Int32, _ block: Int32) -> Int { (Int(count) + Int(block) - 1) / Int(block) * Int(block) }
        switch Form(rawValue: form) {
        case .depthwise, .depthwiseTransposed: return padded(outputs, outputBlock) * kernel
        case .transposed:
            let reads = groupedBlocks == 1 ? outputs / groups : outputs
            return padded(inputs, outputBlock) * padded(reads, inputBlock) * kernel
        case .forward, nil:
            let reads = groupedBlocks == 1 ? inputs / groups : inputs
            return padded(outputs, outputBlock) * padded(reads, inputBlock) * kernel
        }
    }
}

/// Copies `count` elements and sets the rest of `paddedCount` to zero.
package struct PadVectorParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var paddedCount: Int32
    package init(count: Int, paddedCount: Int) {
        self.count = Int32(count)
        self.paddedCount = Int32(paddedCount)
    }
}

/// A dense layer on rows: `destination[o] = activation(bias[o] + Σ_c source[c] · weight[o, c])`.
///
/// Packed weights are `[output block][c][V]`; the bias has V lanes for each output block. The source row has `inputs`
/// elements. The destination row has room for `outputs` rounded up to V, and whole vectors are stored (`destinationStride`
/// says how far rows are apart; unused lanes become zero because their weights are).
///
/// The row may be a picture of whole blocks without a border: the packed weights are then those of a convolution whose kernel
/// is as large as the picture, which have the same order of inputs.
///
/// **denseWeightGradient** adds, over the samples, `destination gradient · source` to the packed weight gradient and the
/// destination gradient to the bias gradient (V lanes a block). The destination gradient's row has readable room up to a
/// multiple of V; what is in unused lanes is finite and ends in unused places.
package struct DenseParameters: Sendable, Equatable, BitwiseCopyable {
    package var inputs: Int32
    package var outputs: Int32
    package var sourceStride: Int32
    package var destinationStride: Int32
    package var activation: Int32 = 0
    package init(inputs: Int, outputs: Int, sourceStride: Int, destinationStride: Int) {
        self.inputs = Int32(inputs)
        self.outputs = Int32(outputs)
        self.sourceStride = Int32(sourceStride)
        self.destinationStride = Int32(destinationStride)
    }
}

/// Pooling over windows. Source and destination have block V, the same channels, and any borders; borders are neither
/// read nor written. Window row `i` of output row `y` is source row `y·strideY + i − padTop`; places outside the picture
/// do not count: not for the greatest, and for the average only where `countPadding` is 1 (as zero).
///
/// - **maxPool**: the choice, where not null, is as in ``ConvolutionParameters`` (255 is not used here).
/// - **maxPoolGradient**: the source gradient is set to zero and then, for each output, the gradient is added where the
///   window's first greatest element of `source` is. Windows may overlap.
/// - **maxUnpool**: windows do not overlap and there is no padding: all of the source gradient's picture is written, the
///   gradient where the choice says and zero elsewhere (everywhere where the choice is 255).
/// - **averagePoolGradient**: the source gradient is set to zero and then each output's share is added.
///
/// The greatest of a window with something that is not a number is not a number: a training that diverges must show it.
package struct PoolParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package var windowHeight: Int32
    package var windowWidth: Int32
    package var strideY: Int32
    package var strideX: Int32
    package var padTop: Int32 = 0
    package var padLeft: Int32 = 0
    package var countPadding: Int32 = 0
    /// Bytes of choices a sample.
    package var choiceStride: Int32 = 0
    package init(
        source: ImageLayout, destination: ImageLayout, window: (height: Int, width: Int), stride: (y: Int, x: Int)
    ) {
        self.source = source
        self.destination = destination
        windowHeight = Int32(window.height)
        windowWidth = Int32(window.width)
        strideY = Int32(stride.y)
        strideX = Int32(stride.x)
    }
}

/// A short program for each element: registers 0, 1, ... first hold the sources' elements; each step writes one register;
/// the destination gets the register that the last step wrote. Sources and destination have the same layout.
///
/// The operands are `sources` sources and then the destination, which may be one of the sources. Without steps the
/// first source is copied.
///
/// `count` elements a sample (any number: the tail is done with care), with a stride of its own for each operand. After
/// this structure stand `steps` times ``ElementwiseStep``.
package struct ElementwiseParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var steps: Int32
    package var sources: Int32
    package var stride0: Int32 = 0
    package var stride1: Int32 = 0
    package var stride2: Int32 = 0
    package var stride3: Int32 = 0
    package var destinationStride: Int32
    package init(count: Int, steps: Int, sources: Int, destinationStride: Int) {
        self.count = Int32(count)
        self.steps = Int32(steps)
        self.sources = Int32(sources)
        self.destinationStride = Int32(destinationStride)
    }
}

/// One step of an element-wise program.
package struct ElementwiseStep: Sendable, Equatable, BitwiseCopyable {
    package enum Operation: Int32, Sendable, CaseIterable {
        /// `value`, whatever the registers hold.
        case constant = 0
        case add = 1
        case subtract = 2
        case multiply = 3
        case divide = 4
        case maximum = 5
        case minimum = 6
        case negate = 7
        /// e to the power of `first`. Relative error at most 1e-6; 0 below −87.3, the greatest finite number above 88.7.
        case exponential = 8
        /// Natural logarithm. Relative error at most 1e-6; −infinity for 0, and for numbers below the normal range.
        case logarithm = 9
        case squareRoot = 10
        /// 1 where `first > second`, else 0.
        case greater = 11
        /// Hyperbolic tangent. Absolute error at most 1e-6.
        case hyperbolicTangent = 12
        /// 1 / (1 + exp(−first)). Relative error at most 2e-6; 0 below −87.3.
        case logistic = 13
    }
    /// Registers an element-wise program may use.
    package static let registers = 16

    package var operation: Int32
    package var first: Int32
    package var second: Int32
    package var result: Int32
    package var value: Float
    package init(_ operation: Operation, first: Int = 0, second: Int = 0, result: Int, value: Float = 0) {
        self.operation = operation.rawValue
        self.first = Int32(first)
        self.second = Int32(second)
        self.result = Int32(result)
        self.value = value
    }
}

/// Six nested loops over plain (unblocked) memory, outermost first: unused ones have extent 1.
///
/// **broadcast**: `destination[i] = first[i] ∘ second[i]`, where each operand has its own strides; a stride of 0 repeats
/// an element. `operation` is one of ``ElementwiseStep/Operation``'s two-operand cases.
/// **reduceSum**: `destination[i] (+)= Σ first[i]`: the destination is cleared first unless `accumulate` is 1, and where its
/// stride is 0 the sum is taken. Samples are the outermost loop, apart from the six, with the sample strides (a
/// destination sample stride of 0 sums over samples; then the destination is cleared once, before the first).
package struct BroadcastParameters: Sendable, Equatable, BitwiseCopyable {
    package typealias Six = (Int32, Int32, Int32, Int32, Int32, Int32)
    package var operation: Int32
    package var accumulate: Int32 = 0
    package var extents: Six = (1, 1, 1, 1, 1, 1)
    package var firstStrides: Six = (0, 0, 0, 0, 0, 0)
    package var secondStrides: Six = (0, 0, 0, 0, 0, 0)
    package var destinationStrides: Six = (0, 0, 0, 0, 0, 0)
    package var firstSampleStride: Int32 = 0
    package var secondSampleStride: Int32 = 0
    package var destinationSampleStride: Int32 = 0
    package init(operation: ElementwiseStep.Operation) { self.operation = operation.rawValue }

    package static func == (left: Self, right: Self) -> Bool {
        left.operation == right.operation && left.accumulate == right.accumulate && left.extents == right.extents
            && left.firstStrides == right.firstStrides && left.secondStrides == right.secondStrides
            && left.destinationStrides == right.destinationStrides
            && left.firstSampleStride == right.firstSampleStride
            && left.secondSampleStride == right.secondSampleStride
            && left.destinationSampleStride == right.destinationSampleStride
    }
}

/// Rows of `count` elements, `rows` of them in each sample, `rowStride` elements apart.
///
/// The results of **softmax** and **logSoftmax** have a sample stride of their own; all else has the same.
///
/// The losses have one `Int32` label a row. With `w` = ``RunArguments/inverseBatch``:
/// **crossEntropy** adds `w · Σ −log(max(p[label], 1e-30))` to `loss`, **logitCrossEntropy** adds
/// `w · Σ (log Σ exp(logits) − logits[label])`. Their gradients write the gradient for the source: the loss gradient
/// (one number) times `w · (−1 / max(p[label], 1e-30))` at the label and zero elsewhere, or times
/// `w · (softmax(logits) − one-hot(label))`. A label outside `0 ..< count` contributes no loss and no gradient.
package struct RowParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var rows: Int32
    package var rowStride: Int32
    package var sampleStride: Int32
    package var resultStride: Int32
    /// `Int32` labels a sample (the rows, rounded up where samples are aligned). For the losses.
    package var labelStride: Int32 = 0
    package init(count: Int, rows: Int, rowStride: Int, sampleStride: Int) {
        self.count = Int32(count)
        self.rows = Int32(rows)
        self.rowStride = Int32(rowStride)
        self.sampleStride = Int32(sampleStride)
        resultStride = Int32(sampleStride)
    }
}

/// Batch norm over the samples and positions of each channel. All images have block V and the same picture, with borders
/// of their own. `scale`, `bias`, `mean`, `variance` have room for a multiple of V channels.
///
/// **batchNormTraining** takes mean and (biased) variance over all samples of the call, stores both, and computes
/// `(x − mean) / sqrt(variance + epsilon) · scale + bias`. **batchNormGradient** is its gradient; it *adds* to the scale's
/// and the bias's gradients, and its source gradient has the source's layout. **batchNormInference** takes mean and
/// variance as given. Only the channels that are there are read and written in the vectors, and unused lanes of the
/// results are finite whatever the source's hold.
/// Formula: Ioffe and Szegedy, "Batch Normalization" (2015), algorithm 1 and section 3.
package struct BatchNormParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package var epsilon: Float
    package init(source: ImageLayout, destination: ImageLayout, epsilon: Float) {
        self.source = source
        self.destination = destination
        self.epsilon = epsilon
    }
}

/// Random numbers are a pure function of (seed, stream, step, sample in the batch, element): Philox4x32-10, Salmon et al.,
/// "Parallel Random Numbers: As Easy as 1, 2, 3" (2011). The key is the seed; the counter is
/// (element / 4, sample, step, stream), and element `e` takes word `e % 4`. Samples are numbered within the whole batch.
///
/// **gaussianNoise**: `destination = source + amount · normal`. Words (a, b) give two normal numbers by Box and Muller:
/// `sqrt(−2 ln((a + ½) · 2^−32))` times the cosine and the sine of `2π · b · 2^−32`. Of four elements the first has the
/// cosine and the second the sine of words (0, 1), the third the cosine and the fourth the sine of words (2, 3).
/// **dropout**: `destination = source / (1 − amount)` where the element's uniform number, `(word >> 8) · 2^−24`, is not
/// below `amount`, else 0. Its gradient is the same instruction on the gradient.
/// `count` elements of a sample in logical order: both operands are plain.
package struct RandomParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var stream: UInt32
    package var amount: Float
    package var sourceStride: Int32
    package var destinationStride: Int32
    package init(count: Int, stream: Int, amount: Float, sourceStride: Int, destinationStride: Int) {
        self.count = Int32(count)
        self.stream = UInt32(stream)
        self.amount = amount
        self.sourceStride = Int32(sourceStride)
        self.destinationStride = Int32(destinationStride)
    }
}

/// Adds `shards` blocks of `count` elements, `stride` elements apart, in order of their number.
package struct ReduceParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var stride: Int32
    package var shards: Int32
    package init(count: Int, stride: Int, shards: Int) {
        self.count = Int32(count)
        self.stride = Int32(stride)
        self.shards = Int32(shards)
    }
}

/// An update of `count` parameters with gradient `g`, learning rate `r` and step `t` (1 for the first) from the arguments.
///
/// **adam**: `m = beta1·m + (1−beta1)·g`, `v = beta2·v + (1−beta2)·g²`,
/// `p = p − r·decay·p − r · (m / (1 − beta1^t)) / (sqrt(v / (1 − beta2^t)) + epsilon)`: Kingma and Ba (2015), algorithm 1;
/// with `decay` > 0 it is AdamW, Loshchilov and Hutter (2019), algorithm 2.
/// **momentum**: `g' = g + decay·p`, `u = beta1·u + g'`, `p = p − r·u`; with `nesterov` = 1, `p = p − r·(g' + beta1·u)`.
/// **movingAverage**: `a = d·a + (1−d)·p` with `d = min(beta1, (1 + t) / (10 + t))`.
///
/// `status` is two numbers: the first is set to a value that is not finite if any gradient or any new parameter isn't, and
/// left alone otherwise.
package struct OptimizerParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var nesterov: Int32 = 0
    package var beta1: Float = 0.9
    package var beta2: Float = 0.999
    package var epsilon: Float = 1e-8
    package var decay: Float = 0
    package init(count: Int) { self.count = Int32(count) }
}

extension Opcode {
    package static let convolution = Opcode(rawValue: 16)
    package static let depthwiseConvolution = Opcode(rawValue: 17)
    package static let convolutionWeightGradient = Opcode(rawValue: 18)
    package static let depthwiseWeightGradient = Opcode(rawValue: 19)
    package static let packWeights = Opcode(rawValue: 20)
    package static let unpackWeights = Opcode(rawValue: 21)
    package static let dense = Opcode(rawValue: 22)
    package static let denseWeightGradient = Opcode(rawValue: 23)
    package static let padVector = Opcode(rawValue: 24)
    package static let winogradConvolution = Opcode(rawValue: 25)
    package static let winogradWeightGradient = Opcode(rawValue: 26)
    package static let winogradRowConvolution = Opcode(rawValue: 27)
    package static let plainDepthwiseConvolution = Opcode(rawValue: 28)
    package static let maxPool = Opcode(rawValue: 32)
    package static let maxPoolGradient = Opcode(rawValue: 33)
    package static let maxUnpool = Opcode(rawValue: 34)
    package static let averagePool = Opcode(rawValue: 35)
    package static let averagePoolGradient = Opcode(rawValue: 36)
    package static let elementwise = Opcode(rawValue: 48)
    package static let broadcast = Opcode(rawValue: 49)
    package static let reduceSum = Opcode(rawValue: 50)
    package static let softmax = Opcode(rawValue: 64)
    package static let logSoftmax = Opcode(rawValue: 65)
    package static let softmaxGradient = Opcode(rawValue: 66)
    package static let logSoftmaxGradient = Opcode(rawValue: 67)
    package static let crossEntropy = Opcode(rawValue: 68)
    package static let crossEntropyGradient = Opcode(rawValue: 69)
    package static let logitCrossEntropy = Opcode(rawValue: 70)
    package static let logitCrossEntropyGradient = Opcode(rawValue: 71)
    package static let batchNormTraining = Opcode(rawValue: 80)
    package static let batchNormGradient = Opcode(rawValue: 81)
    package static let batchNormInference = Opcode(rawValue: 82)
    package static let dropout = Opcode(rawValue: 96)
    package static let gaussianNoise = Opcode(rawValue: 97)
    package static let reduceShards = Opcode(rawValue: 112)
    package static let adam = Opcode(rawValue: 113)
    package static let momentum = Opcode(rawValue: 114)
    package static let movingAverage = Opcode(rawValue: 115)
}
