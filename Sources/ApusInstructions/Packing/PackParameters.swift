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
    /// Where only some places of the kernel are packed, which of the stored ones; else all are, and ``StoredKernel/height`` is 0.
    package var stored = StoredKernel()
    /// Where the packed weights are those of a ``WinogradParameters``, its tile: the forms `forward` and `transposed` of a
    /// 3 × 3 kernel are then transformed by G, and `unpackWeights` transforms those of
    /// weight gradients back by its transpose. `none` for all others. With groups there is only `forward`: without `groupedBlocks` a
    /// block of inputs has as many whole groups as a block of outputs, and its channels alone are stored for it.
    package var tile = WinogradTile.none

    /// A kernel of which every `rowStep`-th row from `firstRow` on, and every `columnStep`-th column from `firstColumn` on, are packed:
    /// `kernelHeight` × `kernelWidth` of them. Not for `unpackWeights`, and not with a tile.
    package struct StoredKernel: Sendable, Equatable, BitwiseCopyable {
        package var height: Int32 = 0
        package var width: Int32 = 0
        package var firstRow: Int32 = 0
        package var firstColumn: Int32 = 0
        package var rowStep: Int32 = 1
        package var columnStep: Int32 = 1

        package init() {}
    }

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
            let mixed = tile != .none && groups > 1 && groupedBlocks == 0
            let reads = mixed ? inputBlock : groupedBlocks == 1 ? inputs / groups : inputs
            return padded(outputs, outputBlock) * padded(reads, inputBlock) * kernel
        }
    }
}
