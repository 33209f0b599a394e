internal import ApusInstructions

/// Which bytes an instruction may touch of one of its operands.
package struct OperandExtent: Sendable, Equatable {
    package enum Access: Sendable {
        case read, write, update
    }

    /// As in the opcode's documentation.
    package var name: String
    /// Bytes from the operand's address; below zero where a stride goes backwards.
    package var bytes: Range<Int>
    package var access: Access
    /// Whether the operand may be left out.
    package var isOptional: Bool
    /// Bytes of an element: the operand's offset is a multiple of it.
    package var elementBytes: Int
}

/// Parameters that no kernel can compute with.
package struct ParameterError: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

extension Instruction {
    /// What each operand's kernel touches when it computes `samples` samples, in the order of the operands.
    ///
    /// The extents cover every byte a kernel may read or write, border and unused lanes included, whether or not it does.
    /// Parameters may come from anywhere: sizes too large for the arithmetic are as good as infinite.
    ///
    /// - Parameter lanes: V, the vector width of the plan's target.
    package func extents(samples: Int, lanes: Int) throws(ParameterError) -> [OperandExtent] {
        let extents = Extents(samples: samples, lanes: lanes, parameters: parameters)
        switch opcode {
        case .relayout: return try extents.relayout()
        case .clearBorder: return try extents.clearBorder()
        case .fill: return try extents.fill()
        case .spread: return try extents.spread()
        case .convolution: return try extents.convolution(isDepthwise: false)
        case .depthwiseConvolution: return try extents.convolution(isDepthwise: true)
        case .plainDepthwiseConvolution: return try extents.plainDepthwiseConvolution()
        case .convolutionWeightGradient: return try extents.convolutionWeightGradient(isDepthwise: false)
        case .depthwiseWeightGradient: return try extents.convolutionWeightGradient(isDepthwise: true)
        case .winogradConvolution: return try extents.winogradConvolution()
        case .winogradRowConvolution: return try extents.winogradRowConvolution()
        case .winogradWeightGradient: return try extents.winogradWeightGradient()
        case .packWeights: return try extents.packWeights()
        case .unpackWeights: return try extents.unpackWeights()
        case .dense: return try extents.dense()
        case .denseWeightGradient: return try extents.denseWeightGradient()
        case .padVector: return try extents.padVector()
        case .maxPool: return try extents.maxPool()
        case .maxPoolGradient: return try extents.maxPoolGradient()
        case .maxUnpool: return try extents.maxUnpool()
        case .averagePool: return try extents.averagePool()
        case .averagePoolGradient: return try extents.averagePoolGradient()
        case .elementwise: return try extents.elementwise()
        case .broadcast: return try extents.broadcast()
        case .reduceSum: return try extents.reduceSum()
        case .softmax, .logSoftmax: return try extents.softmax()
        case .softmaxGradient, .logSoftmaxGradient:
            return try extents.rows(["result", "result gradient", "source gradient"])
        case .crossEntropy: return try extents.loss("probabilities")
        case .logitCrossEntropy: return try extents.loss("logits")
        case .crossEntropyGradient: return try extents.lossGradient("probabilities")
        case .logitCrossEntropyGradient: return try extents.lossGradient("logits")
        case .batchNormTraining: return try extents.batchNormTraining()
        case .batchNormGradient: return try extents.batchNormGradient()
        case .batchNormInference: return try extents.batchNormInference()
        case .dropout, .gaussianNoise: return try extents.random()
        case .reduceShards: return try extents.reduceShards()
        case .adam: return try extents.optimizer(["first moments", "second moments"], hasGradients: true)
        case .momentum: return try extents.optimizer(["velocities"], hasGradients: true)
        case .movingAverage: return try extents.optimizer(["averages"], hasGradients: false)
        }
    }
}

/// Computes the extents of one instruction; the files beside this one have a function for each kind.
struct Extents {
    let samples: Int
    let lanes: Int
    let parameters: [UInt8]

    /// The parameters as a structure, followed by `trailing` more bytes.
    func load<Parameters>(_ type: Parameters.Type, trailing: Int = 0) throws(ParameterError) -> Parameters {
        guard parameters.count == MemoryLayout<Parameters>.size + trailing else {
            throw ParameterError(
                "the parameters have \(parameters.count) bytes instead of \(MemoryLayout<Parameters>.size + trailing)")
        }
        return unsafe parameters.withUnsafeBytes { unsafe $0.load(as: type) }
    }

    /// Checks that `value` is in `range` and gives it as an `Int`.
    func check(_ value: Int32, _ range: ClosedRange<Int>, _ name: String) throws(ParameterError) -> Int {
        guard range.contains(Int(value)) else { throw ParameterError("\(name) is \(value)") }
        return Int(value)
    }

    func positive(_ value: Int32, _ name: String) throws(ParameterError) -> Int {
        try check(value, 1...Int(Int32.max), name)
    }

    func notNegative(_ value: Int32, _ name: String) throws(ParameterError) -> Int {
        try check(value, 0...Int(Int32.max), name)
    }

    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(ParameterError) {
        if !condition { throw ParameterError(problem()) }
    }

    /// Elements of `count` in each sample, with samples `stride` apart.
    func elements(_ count: Int, every stride: Int) -> Int { product(samples - 1, stride) + count }

    func extent(
        _ name: String, _ access: OperandExtent.Access, elements: Int, of elementBytes: Int = 4,
        isOptional: Bool = false
    ) -> OperandExtent {
        OperandExtent(
            name: name, bytes: 0..<product(elements, elementBytes), access: access, isOptional: isOptional,
            elementBytes: elementBytes)
    }

    func extent(
        _ name: String, _ access: OperandExtent.Access, _ image: CheckedImage, isOptional: Bool = false
    ) -> OperandExtent {
        extent(
            name, access, elements: elements(image.sampleElements, every: image.sampleStride), isOptional: isOptional)
    }

    var arguments: OperandExtent {
        extent("arguments", .read, elements: MemoryLayout<RunArguments>.size, of: 1)
    }
}

/// The product of numbers that are not negative. What is above 2^50 is cut off there: no arena is so large, and a sum of
/// many such numbers does not overflow.
func product(_ factors: Int...) -> Int {
    var product = 1
    if factors.contains(0) { return 0 }
    for factor in factors {
        let (value, isOverflow) = product.multipliedReportingOverflow(by: factor)
        product = isOverflow ? 1 << 50 : min(value, 1 << 50)
    }
    return product
}

/// An ``ApusInstructions/ImageLayout`` whose fields are known to make sense; all numbers are in elements.
struct CheckedImage {
    let layout: ImageLayout
    let blocks: Int
    let sampleElements: Int
    let sampleStride: Int

    init(_ layout: ImageLayout, _ name: String) throws(ParameterError) {
        for (field, value) in [
            ("channels", layout.channels), ("height", layout.height), ("width", layout.width),
            ("block", layout.channelBlock),
        ] where value < 1 {
            throw ParameterError("the \(name)'s \(field) is \(value)")
        }
        for (field, value) in [
            ("top", layout.top), ("left", layout.left), ("bottom", layout.bottom), ("right", layout.right),
            ("sample stride", layout.sampleStride),
        ] where value < 0 {
            throw ParameterError("the \(name)'s \(field) is \(value)")
        }
        let rows = Int(layout.top) + Int(layout.height) + Int(layout.bottom)
        let columns = Int(layout.left) + Int(layout.width) + Int(layout.right)
        blocks = (Int(layout.channels) + Int(layout.channelBlock) - 1) / Int(layout.channelBlock)
        sampleElements = product(blocks, rows, columns, Int(layout.channelBlock))
        // Kernels count the elements of a sample in 32 bits where they can.
        guard sampleElements <= Int(Int32.max) else { throw ParameterError("the \(name) is too large") }
        sampleStride = Int(layout.sampleStride)
        self.layout = layout
    }

    var block: Int { Int(layout.channelBlock) }
    var height: Int { Int(layout.height) }
    var width: Int { Int(layout.width) }
    /// Elements of the picture in whole blocks, without border.
    var pictureElements: Int { product(blocks, height, width, block) }
    /// Channels in whole blocks.
    var paddedChannels: Int { blocks * block }

    func hasSamePicture(as other: CheckedImage) -> Bool {
        layout.channels == other.layout.channels && height == other.height && width == other.width
    }
}
