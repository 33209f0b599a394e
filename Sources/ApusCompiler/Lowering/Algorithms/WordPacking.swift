import ApusGraph
import ApusInstructions

/// How the weights of a convolution whose factors come in words of 32 bits are packed, and what follows from that.
struct WordPacking: Sendable {
    /// Which elements are a word: four bytes, or two numbers of bf16.
    enum Form: Sendable {
        /// Neighbouring channels of a block.
        case channels
        /// Neighbouring columns of a plain image.
        case columns
        /// Neighbouring columns of each channel of a block, which is convolved by itself.
        case depthwise
    }

    private let shape: ConvolutionShape
    let form: Form
    private let lanes: Int
    private let elementsOfWord: Int

    init(_ shape: ConvolutionShape, _ form: Form, lanes: Int, elementsOfWord: Int = 4) {
        self.shape = shape
        self.form = form
        self.lanes = lanes
        self.elementsOfWord = elementsOfWord
    }

    /// Whether a plain image is read by columns in no more words than a blocked one by channels, which would have to be made first.
    static func readsColumns(_ shape: ConvolutionShape, elementsOfWord: Int = 4) -> Bool {
        let width = shape.convolution.kernel[1]
        return shape.convolution.groups == 1 && shape.convolution.dilation[1] == 1
            && shape.channels * ((width + elementsOfWord - 1) / elementsOfWord)
                <= width * ((shape.channels + elementsOfWord - 1) / elementsOfWord)
    }

    private var convolution: Convolution2D { shape.convolution }
    /// Columns of the kernel, with those that stand for none.
    private var kernelWidth: Int {
        form == .columns ? convolution.kernel[1].roundedUp(to: elementsOfWord) : convolution.kernel[1]
    }
    private var sourceBlock: Int { form == .columns ? 1 : lanes }

    /// What is read around the source.
    var sourceBorder: Border {
        var border = shape.sourceBorder
        let last =
            (shape.geometry.outputWidth - 1) * convolution.stride[1] + (kernelWidth - 1) * convolution.dilation[1]
            - shape.geometry.padLeft
        border.right = max(border.right, last - (shape.width - 1))
        return border
    }

    /// Parts of the channels that are packed apart: groups that fill blocks, else one.
    private var parts: Int {
        let (reads, makes) = (shape.channels / convolution.groups, convolution.filters / convolution.groups)
        return reads.isMultiple(of: sourceBlock) && makes.isMultiple(of: lanes) ? convolution.groups : 1
    }

    /// The parameters but for limits, pooling and tile.
    func parameters(source: ImageLayout, destination: ImageLayout) -> ConvolutionParameters {
        var parameters = DirectConvolution(shape: shape, lanes: lanes).parameters(
            packing: PackParameters(
                form: .forward, outputs: convolution.filters, inputs: shape.channels, outputBlock: lanes,
                inputBlock: sourceBlock),
            source: source, destination: destination)
        parameters.kernelWidth = Int32(kernelWidth)
        parameters.inputBlocks = Int32(source.blocks / parts)
        parameters.outputBlocks = Int32(destination.blocks / parts)
        let isMixed = convolution.groups > 1 && parts == 1
        parameters.groupInputs = isMixed ? Int32(shape.channels / convolution.groups) : 0
        parameters.groupOutputs = isMixed ? Int32(convolution.filters / convolution.groups) : 0
        return parameters
    }

    /// The weights as ``QuantizedConvolutionParameters`` has them. O(bytes).
    func weights(_ elements: Elements) -> [UInt8] {
        let weights = elements.whole
        if form == .depthwise { return depthwiseWeights(weights) }
        let (height, width) = (convolution.kernel[0], convolution.kernel[1])
        let reads = shape.channels / convolution.groups
        let makes = convolution.filters / convolution.groups
        // Channels of an output block's weights.
        let channels = (shape.channels / parts).roundedUp(to: sourceBlock)
        let outputs = convolution.filters.roundedUp(to: lanes)
        let place = sourceBlock * lanes
        var packed = [UInt8](repeating: 0, count: outputs * channels * height * kernelWidth)
        for filter in 0..<convolution.filters {
            let first = parts == 1 ? filter / makes * reads : 0
            let block = filter / lanes * channels * height * kernelWidth * lanes
            for input in 0..<reads {
                let channel = first + input
                for row in 0..<height {
                    for column in 0..<width {
                        let line = (channel / sourceBlock * height + row) * kernelWidth
                        // A word is of neighbouring columns, or of neighbouring channels.
                        let (word, byte) =
                            form == .columns
                            ? (line * place / 4 + column / 4 * lanes, column % 4)
                            : ((line + column) * place / 4 + channel % sourceBlock / 4 * lanes, channel % 4)
                        packed[block + (word + filter % lanes) * 4 + byte] = UInt8(
                            truncatingIfNeeded: weights[((filter * reads + input) * height + row) * width + column])
                    }
                }
            }
        }
        return packed
    }

    private func depthwiseWeights(_ weights: [Int]) -> [UInt8] {
        let (height, width) = (convolution.kernel[0], convolution.kernel[1])
        let words = (width + 3) / 4
        var packed = [UInt8](repeating: 0, count: convolution.filters.roundedUp(to: lanes) * height * words * 4)
        for (place, weight) in weights.enumerated() {
            let (filter, row, column) = (place / (height * width), place / width % height, place % width)
            let word = (filter / lanes * height + row) * words + column / 4
            packed[(word * lanes + filter % lanes) * 4 + column % 4] = UInt8(truncatingIfNeeded: weight)
        }
        return packed
    }

    /// The bias, with what the source's zero adds to the sums taken away, up to whole blocks.
    func bias(_ elements: Elements, less zero: Int, times weights: Elements) -> [Int32] {
        let count = weights.count / convolution.filters
        let codes = weights.whole
        let bias = elements.whole.enumerated().map { filter, bias in
            let sum = codes[filter * count..<(filter + 1) * count].reduce(0, +)
            return Int32(truncatingIfNeeded: bias - zero * sum)
        }
        return bias + [Int32](repeating: 0, count: bias.count.roundedUp(to: lanes) - bias.count)
    }

    /// The weights as ``BFloat16ConvolutionParameters`` has them: the nearest numbers of bf16. O(elements).
    func bfloatWeights(_ weights: [Float]) -> [UInt8] {
        let (height, width) = (convolution.kernel[0], convolution.kernel[1])
        let reads = shape.channels / convolution.groups
        let makes = convolution.filters / convolution.groups
        // Channels of an output block's weights.
        let channels = (shape.channels / parts).roundedUp(to: sourceBlock)
        let outputs = convolution.filters.roundedUp(to: lanes)
        var packed = [UInt8](repeating: 0, count: 2 * outputs * channels * height * kernelWidth)
        for filter in 0..<convolution.filters {
            let first = parts == 1 ? filter / makes * reads : 0
            let block = filter / lanes * channels * height * kernelWidth * lanes
            for input in 0..<reads {
                let channel = first + input
                for row in 0..<height {
                    for column in 0..<width {
                        // Elements of a lane before it.
                        let (pairs, element) =
                            form == .columns
                            ? ((channel * height + row) * kernelWidth + column / 2 * 2, column % 2)
                            : ((row * width + column) * channels + channel / 2 * 2, channel % 2)
                        let place = 2 * (block + pairs * lanes + filter % lanes * 2 + element)
                        let bits = bfloatBits(
                            of: weights[((filter * reads + input) * height + row) * width + column])
                        packed[place] = UInt8(truncatingIfNeeded: bits)
                        packed[place + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                    }
                }
            }
        }
        return packed
    }

    /// Numbers for the filters, with ones up to whole blocks.
    func padded(_ numbers: [Float]) -> [Float] {
        numbers + [Float](repeating: 1, count: numbers.count.roundedUp(to: lanes) - numbers.count)
    }
}

/// The bits of the nearest number of bf16, the even one of two; zero for denormals.
private func bfloatBits(of number: Float) -> UInt16 {
    let bits = number.bitPattern
    if number.isNaN { return UInt16(truncatingIfNeeded: bits >> 16 | 0x40) }
    if bits & 0x7F80_0000 == 0 { return UInt16(truncatingIfNeeded: bits >> 16 & 0x8000) }
    return UInt16(truncatingIfNeeded: (bits &+ (0x7FFF &+ (bits >> 16 & 1))) >> 16)
}
