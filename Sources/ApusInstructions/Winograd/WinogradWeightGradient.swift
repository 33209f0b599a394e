extension Opcode {
    package static let winogradWeightGradient = Opcode(rawValue: 26)
}

/// `source, destination gradient, packed weight gradient, bias gradient?, scratch, argmax?` · ``WinogradParameters``
package struct WinogradWeightGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .winogradWeightGradient }
    package static var name: String { "winogradWeightGradient" }
    private let winograd: CheckedWinograd
    private let pooled: PooledGradient

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        winograd = try CheckedWinograd(parameters, lanes: lanes, isWritten: false)
        let parameters = winograd.parameters
        let tile = parameters.tile
        try require(
            WinogradTile.ofWeightGradients.contains(tile),
            "there is no weight gradient with a tile of \(tile.height) × \(tile.width)")
        try require(parameters.unpools == 0, "the source of a weight gradient is no gradient")
        try require(parameters.groupInputs == 0, "the weights of groups have no transformed gradient")
        try require(parameters.weightBlocks == 0, "the weights have \(parameters.weightBlocks) blocks of their own")
        pooled = try PooledGradient(
            winograd.destination, output: (Int(parameters.outputHeight), Int(parameters.outputWidth)),
            window: (parameters.poolHeight, parameters.poolWidth), stride: parameters.argmaxStride)
    }

    package func steps(samples: Int) -> Int? { winograd.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let destination = winograd.destination
        return [
            OperandExtent("source", .read, winograd.source, samples: samples),
            OperandExtent("destination gradient", .read, destination, samples: samples),
            OperandExtent("packed weight gradient", .update, elements: winograd.weights),
            OperandExtent("bias gradient", .update, elements: destination.paddedChannels, isOptional: true),
            OperandExtent("scratch", .scratch, elements: winograd.scratch(blocks: destination.blocks)),
            pooled.operand(samples: samples),
        ]
    }

    package func multiplyAdds(samples: Int) -> Int? { winograd.multiplyAdds(samples: samples) }

    package var choice: String? {
        "Winograd, \(winograd.parameters.tile)\(winograd.parameters.poolHeight > 0 ? ", unpools" : "")"
    }
}
