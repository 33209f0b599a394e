import ApusInstructions
import ApusPlan
import Testing

/// What layers between plain images may be, and which bytes of two samples they touch.
@Suite struct PlainLayerVerifierTests {
    @Test func plainPointwiseConvolutionsHaveWholeVectorsAndPanels() {
        func message(_ change: (inout PlainPointwiseParameters) -> Void) -> String {
            var parameters = PlainPointwiseParameters(channels: 3, filters: 10, pixels: 21, lanes: 4)
            change(&parameters)
            return touchedBytes(.plainPointwiseConvolution, parameters, samples: 2)
        }
        // Two panels of five filters; the bias and the result have ten.
        #expect(
            message { _ in } == "source 0..<504, packed weights 0..<120, bias 0..<40, destination 0..<1680")
        #expect(message { $0.pixels = 3 } == "the image has fewer than 4 pixels")
        #expect(message { $0.panel = 7 } == "a panel of 7 filters is not from 1 to 6")
        #expect(
            message { $0.destinationSampleStride = 209 }
                == "samples of 210 elements are 209 apart in the destination")
        #expect(message { $0.activation = 3 } == "the activation is 3, not none, relu or clip")
    }

    @Test func plainDepthwiseConvolutionsArePlain() {
        func message(_ change: (inout ConvolutionParameters) -> Void) -> String {
            let layout = ImageLayout(channels: 3, height: 4, width: 5)
            var parameters = ConvolutionParameters(source: layout, destination: layout)
            (parameters.kernelHeight, parameters.kernelWidth) = (3, 3)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (4, 5)
            change(&parameters)
            return touchedBytes(.plainDepthwiseConvolution, parameters, samples: 2)
        }
        // The scratch has a block of six by seven pixels and one of four by five.
        #expect(
            message { _ in }
                == "source 0..<480, packed weights 0..<144, bias 0..<16, destination 0..<480, scratch 0..<992")
        // Where rows are long it has six rows of 32 columns and a vector for each of nine weights.
        #expect(
            message { parameters in
                let wide = ImageLayout(channels: 3, height: 4, width: 28)
                (parameters.source, parameters.destination, parameters.outputWidth) = (wide, wide, 28)
            } == "source 0..<2688, packed weights 0..<144, bias 0..<16, destination 0..<2688, scratch 0..<912")
        #expect(
            message { $0.source.channelBlock = 4 } == "the source is not plain: its block is 4, or it has a border")
        #expect(
            message { $0.destination.right = 1 } == "the destination is not plain: its block is 1, or it has a border")
        #expect(message { $0.source.height = 0 } == "the source's height is 0")
        #expect(message { ($0.source.height, $0.source.width) = (1, 3) } == "the source has fewer than 4 pixels")
        #expect(
            message { $0.source.channels = 2 } == "a depthwise convolution has 2 inputs and 3 outputs")
        #expect(message { $0.poolHeight = 2 } == "a depthwise convolution of plain images does not pool")
        #expect(
            message { $0.outputWidth = 4 } == "the result of 4 columns is not the destination's 5")
        #expect(message { $0.padLeft = -1 } == "the padding is -1")
        #expect(message { ($0.strideY, $0.strideX) = (.max, .max) } == "the padded source is too large")
        #expect(message { $0.kernelHeight = 0 } == "the kernel's size is 0")
    }

    @Test func plainConvolutionsArePlain() {
        func message(_ change: (inout ConvolutionParameters) -> Void) -> String {
            var parameters = ConvolutionParameters(
                source: ImageLayout(channels: 3, height: 4, width: 5),
                destination: ImageLayout(channels: 7, height: 4, width: 5))
            (parameters.kernelHeight, parameters.kernelWidth) = (3, 3)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (4, 5)
            change(&parameters)
            return touchedBytes(.plainConvolution, parameters, samples: 2)
        }
        // Two panels of four filters. The scratch has nine places, six rows of seven columns of each channel, and the sums of four
        // filters at four such rows, each with room for whole vectors, and for a vector more.
        #expect(
            message { _ in }
                == "source 0..<480, packed weights 0..<864, bias 0..<32, destination 0..<1120, scratch 0..<1040")
        // Rows of whole vectors have no sums in the scratch.
        #expect(
            message { parameters in
                (parameters.source.width, parameters.destination.width, parameters.outputWidth) = (8, 8, 8)
                (parameters.source.sampleStride, parameters.destination.sampleStride) = (96, 224)
            } == "source 0..<768, packed weights 0..<864, bias 0..<32, destination 0..<1792, scratch 0..<928")
        #expect(
            message { $0.source.channelBlock = 4 } == "the source is not plain: its block is 4, or it has a border")
        #expect(message { $0.source.top = 1 } == "the source is not plain: its block is 1, or it has a border")
        #expect(
            message { $0.destination.right = 1 } == "the destination is not plain: its block is 1, or it has a border")
        #expect(message { $0.poolHeight = 2 } == "a convolution of plain images does not pool")
        #expect(message { $0.groupOutputs = 1 } == "a convolution of plain images has no groups")
        #expect(message { $0.outputWidth = 4 } == "the result of 4 columns is not the destination's 5")
        #expect(message { $0.padLeft = -1 } == "the padding is -1")
        #expect(message { ($0.strideY, $0.strideX) = (.max, .max) } == "the padded source is too large")
        #expect(message { $0.kernelHeight = 0 } == "the kernel's size is 0")
        #expect(message { $0.activation = 3 } == "the activation is 3, not none, relu or clip")
    }
}
