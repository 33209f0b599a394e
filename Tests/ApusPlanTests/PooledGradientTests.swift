import ApusInstructions
import ApusPlan
import InstructionSamples
import Testing

/// What instructions touch that read a gradient as a max-pool left it, and what is refused of them.
@Suite("Extents of pooled gradients")
struct PooledGradientTests {
    private let image = ImageLayout(
        channels: 4, height: 5, width: 6, channelBlock: 4, top: 1, left: 1, bottom: 2, right: 1)
    private let pooled = ImageLayout(channels: 4, height: 2, width: 3, channelBlock: 4)

    private func extents(_ opcode: Opcode, _ parameters: some BitwiseCopyable) -> String {
        let instruction = Instruction(opcode, operands: [], parameters: bytes(of: parameters), label: "x")
        do {
            return try instruction.extents(samples: 2, lanes: 4).map {
                "\($0.name) \($0.bytes.count)\($0.isOptional ? "?" : "")"
            }.joined(separator: ", ")
        } catch {
            return error.description
        }
    }

    @Test func inputGradients() {
        func message(_ change: (inout WinogradParameters) -> Void) -> String {
            let source = ImageLayout(
                channels: 4, height: 2, width: 3, channelBlock: 4, top: 1, left: 1, bottom: 2, right: 1)
            var parameters = WinogradParameters(
                source: source, destination: ImageLayout(channels: 4, height: 5, width: 6, channelBlock: 4),
                tile: .small)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (5, 6)
            (parameters.unpools, parameters.sourceArgmaxStride) = (1, 32)
            change(&parameters)
            return extents(.winogradConvolution, parameters)
        }
        #expect(
            message { _ in }
                == "source 800, packed weights 1024, bias 16?, destination 960, argmax 0?, scratch 816, addend 960?, "
                + "source argmax 56")
        #expect(message { $0.unpools = 2 } == "the choice to unpool is 2")
        #expect(message { $0.padTop = 2 } == "the padding of a pooled source is 2 × 1, not both even or both odd")
        #expect(message { $0.sourceArgmaxStride = -1 } == "the source argmax's stride is -1")
        // An image that is read has every input tile inside of its border.
        #expect(message { $0.unpools = 0 } == "rows -1 to 6 are read, but the source has -1 to 3")
        // As is every window where a pooled one is.
        #expect(
            message { $0.source.bottom = 1 } == "rows of windows -1 to 3 are read, but the source has -1 to 2")
        #expect(
            message { ($0.padTop, $0.padLeft) = (1, 3) }
                == "columns of windows -2 to 2 are read, but the source has -1 to 3")
    }

    @Test func transformedWeightGradients() {
        func message(_ change: (inout WinogradParameters) -> Void) -> String {
            var parameters = WinogradParameters(source: image, destination: pooled, tile: .small)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (5, 6)
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.argmaxStride = 32
            change(&parameters)
            return extents(.winogradWeightGradient, parameters)
        }
        #expect(
            message { _ in }
                == "source 2048, destination gradient 192, packed weight gradient 1024, bias gradient 16?, scratch 544, "
                + "argmax 56")
        #expect(message { $0.poolWidth = 3 } == "the pooling window is 2 × 3, not 2 × 2 or none")
        #expect(message { $0.outputHeight = 3 } == "windows of 2 × 2 of 3 × 6 are not 2 × 3")
        #expect(message { ($0.poolHeight, $0.poolWidth) = (0, 0) } == "the gradient of 5 × 6 is larger than 2 × 3")
        #expect(message { $0.argmaxStride = -1 } == "the argmax's stride is -1")
        #expect(message { $0.unpools = 1 } == "the source of a weight gradient is no gradient")
    }

    @Test func weightGradients() {
        func message(_ change: (inout ConvolutionParameters) -> Void) -> String {
            var parameters = ConvolutionParameters(
                source: ImageLayout(channels: 1, height: 5, width: 6, top: 1, left: 1, bottom: 1, right: 1),
                destination: pooled)
            (parameters.kernelHeight, parameters.kernelWidth) = (3, 3)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (5, 6)
            (parameters.inputBlocks, parameters.outputBlocks) = (1, 1)
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.argmaxStride = 32
            change(&parameters)
            return extents(.convolutionWeightGradient, parameters)
        }
        #expect(
            message { _ in }
                == "source 448, destination gradient 192, packed weight gradient 144, bias gradient 16?, argmax 56")
        #expect(message { $0.poolHeight = 1 } == "the pooling window is 1 × 2, not 2 × 2 or none")
        #expect(message { $0.outputWidth = 5 } == "windows of 2 × 2 of 5 × 5 are not 2 × 3")
        #expect(message { $0.poolHeight = 0 } == "the gradient of 5 × 6 is larger than 2 × 3")
        let refusal =
            "the gradient of a pool is taken with strides and dilations of 1, and a source in blocks of 1 alone"
        #expect(message { ($0.strideY, $0.outputHeight) = (2, 2) } == refusal)
        #expect(message { $0.source = image } == refusal)
    }
}
