extension Opcode {
    package static let unpackWeights = Opcode(rawValue: 21)
}

/// `packed weight gradient, weight gradient` · ``PackParameters``
package struct UnpackWeightsInstruction: InstructionDefinition {
    package static var opcode: Opcode { .unpackWeights }
    package static var name: String { "unpackWeights" }
    private let packing: CheckedPacking

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        packing = try CheckedPacking(parameters)
        try require(
            packing.form == .forward || packing.form == .depthwise, "only the forward forms can be unpacked")
        try require(!packing.isGroupedTransform, "the weights of groups have no transformed gradient")
        try require(!packing.isPart, "only whole kernels can be unpacked")
        let tile = packing.tile
        try require(
            tile == .none || WinogradTile.ofWeightGradients.contains(tile),
            "there is no weight gradient with a tile of \(tile.height) × \(tile.width)")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("packed weight gradient", .read, elements: packing.packed),
            OperandExtent("weight gradient", .write, elements: packing.weights),
        ]
    }
}
