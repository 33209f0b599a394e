/// The images of a batch norm.
struct CheckedBatchNorm: Sendable {
    let source: CheckedImage
    let destination: CheckedImage

    /// - Parameter writesDestination: whether the destination's samples must lie apart.
    init(_ parameters: BatchNormParameters, lanes: Int, writesDestination: Bool) throws(ParameterError) {
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination", isWritten: writesDestination)
        try require(source.hasSameSize(as: destination), "source and destination are different images")
        try require(source.block == lanes && destination.block == lanes, "a block is not \(lanes)")
        try require(parameters.epsilon >= 0 && parameters.epsilon.isFinite, "epsilon is \(parameters.epsilon)")
    }

    /// A number for each channel, in whole blocks.
    func channels(_ name: String, _ access: OperandExtent.Access) -> OperandExtent {
        OperandExtent(name, access, elements: source.paddedChannels)
    }
}
