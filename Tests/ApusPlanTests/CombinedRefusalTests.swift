import ApusInstructions
import ApusPlan
import InstructionSamples
import Testing

/// Fields that are right by themselves, and are refused together: their products or sums don't fit into the numbers that a kernel
/// or whoever cuts an instruction computes with.
@Suite("Fields that are refused together")
struct CombinedRefusalTests {
    /// Why an instruction of four lanes is refused; "right" where it isn't.
    private func refusal(_ opcode: Opcode, _ parameters: some BitwiseCopyable) -> String {
        do {
            _ = try Instruction(opcode, operands: [], parameters: bytes(of: parameters), label: "").definition(lanes: 4)
            return "right"
        } catch {
            return error.description
        }
    }

    @Test func treesOfManyRows() {
        func trees(rows: Int, features: Int, trees: Int) -> String {
            var parameters = TreeLeavesParameters(
                rows: rows, features: features, nodes: 7, trees: trees, sourceSampleStride: 0,
                destinationSampleStride: 0)
            parameters.isDouble = 1
            return refusal(.treeLeaves, parameters)
        }
        #expect(trees(rows: 1 << 20, features: 1 << 10, trees: 1 << 10) == "right")
        #expect(
            trees(rows: Int(Int32.max), features: Int(Int32.max), trees: 1)
                == "2147483647 rows of 2147483647 features come to 2147483648 elements or more")
        #expect(
            trees(rows: 1 << 20, features: 1, trees: 1 << 11)
                == "1048576 rows of 2048 leaves come to 2147483648 elements or more")
    }

    @Test func attentionToManyKeys() {
        var attention = AttentionParameters(heads: 2, queries: 3, keys: 4, size: 5, valueSize: 6, scale: 1)
        attention.causal = 1
        attention.causalOffset = .max - 3
        #expect(refusal(.attention, attention) == "right")
        attention.causalOffset = .max - 2
        #expect(
            refusal(.attention, attention)
                == "the last of 3 queries can't see 2147483645 keys more than its number")
        attention.causalOffset = 0
        (attention.keys, attention.size, attention.valueSize) = (.max, .max, .max)
        (attention.key.rowStride, attention.value.rowStride) = (0, 0)
        #expect(
            refusal(.attentionGradient, AttentionGradientParameters(attention))
                == "2147483647 keys and values of 2147483647 and 2147483647 elements are too many")
    }

    /// A window without channels has no elements; its other extents are multiplied all the same.
    @Test func windowsOfNothing() {
        func unfold(channels: Int32, _ destination: Three) -> String {
            var parameters = UnfoldParameters(
                channels: 2, source: (1, 6, 6), destination: (1, 5, 5), window: (1, 2, 2))
            parameters.channels = channels
            parameters.destination = destination
            return refusal(.unfold, parameters)
        }
        let large: Int32 = 1 << 30
        #expect(unfold(channels: 0, (1, 5, 5)) == "right")
        #expect(unfold(channels: 0, (large, large, large)) == "the destination has 2^31 elements or more")
        #expect(unfold(channels: 2, (large, 0, large)) == "the destination has 2^31 elements or more")
    }

    @Test func plainConvolutionsThatReachFar() {
        func convolution(_ change: (inout ConvolutionParameters) -> Void) -> String {
            let image = ImageLayout(channels: 1, height: 4, width: 4)
            var parameters = ConvolutionParameters(source: image, destination: image)
            (parameters.outputHeight, parameters.outputWidth) = (4, 4)
            change(&parameters)
            return refusal(.plainConvolution, parameters)
        }
        #expect(convolution { $0.padTop = -(1 << 30) } == "right")
        #expect(convolution { $0.padTop = .min } == "the padding is -2147483648")
        #expect(convolution { $0.strideY = 1 << 30 } == "the result sees 3221225473 rows")
        #expect(
            convolution { ($0.strideX, $0.kernelHeight, $0.dilationY) = (1 << 18, 2, 1 << 14) }.hasPrefix(
                "the strip of"))
    }
}
