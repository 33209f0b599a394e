extension Opcode {
    package static let winogradConvolution = Opcode(rawValue: 25)
}

/// `source, packed weights, bias?, destination, argmax?, scratch, addend?, source argmax?` · ``WinogradParameters``
package struct WinogradConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .winogradConvolution }
    package static var name: String { "winogradConvolution" }
    private let winograd: CheckedWinograd
    private let argmaxes: Int
    private let scratch: Int
    private let addend: CheckedImage
    private let unpools: Bool
    private let lanes: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        winograd = try CheckedWinograd(parameters, lanes: lanes, isWritten: true)
        let parameters = winograd.parameters
        let blocks = try positive(parameters.productBlocks, "the number of products' blocks")
        try require(blocks % 2 == 0, "the number of products' blocks is \(blocks), which is not even")
        scratch = winograd.scratch(blocks: blocks)
        addend = try CheckedImage(parameters.addend, "addend")
        try require(
            addend.hasSameSize(as: winograd.destination) && addend.block == lanes,
            "the addend is not of the destination's image in blocks of \(lanes)")
        unpools = parameters.unpools == 1
        _ = try notNegative(parameters.sourceArgmaxStride, "the source argmax's stride")
        argmaxes = try winograd.checkResults()
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { winograd.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let sourceArgmaxes = unpools ? winograd.source.imageElements : 0
        return winograd.operands(samples: samples, argmaxes: argmaxes, scratch: scratch) + [
            OperandExtent("addend", .read, addend, samples: samples, isOptional: true),
            OperandExtent(
                "source argmax", .read, elements: sourceArgmaxes,
                every: unpools ? Int(winograd.parameters.sourceArgmaxStride) : 0, samples: samples, of: 1,
                isOptional: !unpools),
        ]
    }

    package var partitions: [Partition] {
        let parameters = winograd.parameters
        return [parameters.rowPartition(weights: winograd.weights), parameters.blockPartition(lanes: lanes)]
    }

    package func multiplyAdds(samples: Int) -> Int? { winograd.multiplyAdds(samples: samples) }

    package var choice: String? { "Winograd, \(winograd.parameters.tile)\(unpools ? ", unpools" : "")" }
}
