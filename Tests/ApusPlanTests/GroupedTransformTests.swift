import ApusInstructions
import ApusPlan
import Testing

/// What a transformed convolution with groups, and the packing of its weights, may be.
@Suite struct GroupedTransformTests {
    @Test func groupsPartBothImages() {
        func message(_ opcode: Opcode = .winogradConvolution, _ change: (inout WinogradParameters) -> Void) -> String {
            var parameters = WinogradParameters(
                source: ImageLayout(
                    channels: 8, height: 6, width: 6, channelBlock: 4, top: 1, left: 1, bottom: 1, right: 1),
                destination: ImageLayout(channels: 16, height: 6, width: 6, channelBlock: 4), tile: .small)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (6, 6)
            (parameters.groupInputs, parameters.groupOutputs) = (1, 2)
            change(&parameters)
            return touchedBytes(opcode, parameters, samples: 1)
        }
        // Sixteen frequencies of sixteen outputs, each with a group's four inputs.
        #expect(message { _ in }.contains("packed weights 0..<4096,"))
        #expect(message { ($0.groupInputs, $0.groupOutputs) = (0, 0) }.contains("packed weights 0..<8192,"))
        #expect(
            message { $0.groupOutputs = 1 } == "groups of 1 input blocks and 1 output blocks do not part 2 and 4")
        #expect(
            message { $0.groupInputs = 0 } == "groups of 0 input blocks and 2 output blocks do not part 2 and 4")
        #expect(message { $0.groupInputs = -1 } == "the number of input blocks of a group is -1")
        #expect(
            message { $0.source.channels = 7 } == "the source's 7 channels do not fill the blocks of groups")
        #expect(
            message(.winogradWeightGradient) { _ in } == "the weights of groups have no transformed gradient")
    }

    @Test func groupsFillBlocksOrShareThem() {
        func message(_ opcode: Opcode = .packWeights, _ change: (inout PackParameters) -> Void) -> String {
            var parameters = PackParameters(form: .forward, outputs: 8, inputs: 8, outputBlock: 4, inputBlock: 4)
            (parameters.kernelHeight, parameters.kernelWidth, parameters.tile) = (3, 3, .small)
            (parameters.groups, parameters.groupedBlocks) = (2, 1)
            change(&parameters)
            return touchedBytes(opcode, parameters, samples: 1)
        }
        // Sixteen frequencies of eight outputs with four inputs each, whatever the groups in a block are.
        #expect(message { _ in } == "weights 0..<1152, packed weights 0..<2048")
        #expect(message { ($0.groups, $0.groupedBlocks) = (4, 0) } == "weights 0..<576, packed weights 0..<2048")
        #expect(
            message { $0.groups = 4 }
                == "weights of 4 groups of 2 inputs and 2 outputs are not transformed for blocks of 4 and 4")
        #expect(
            message { ($0.outputs, $0.groups, $0.groupedBlocks) = (4, 4, 0) }
                == "weights of 4 groups of 2 inputs and 1 outputs are not transformed for blocks of 4 and 4")
        #expect(
            message { $0.form = PackParameters.Form.transposed.rawValue }
                == "weights of 2 groups of 4 inputs and 4 outputs are not transformed for blocks of 4 and 4")
        #expect(message(.unpackWeights) { _ in } == "the weights of groups have no transformed gradient")
    }
}
