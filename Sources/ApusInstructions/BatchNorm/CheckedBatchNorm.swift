/// The images of a batch norm.
struct CheckedBatchNorm: Sendable {
    let source: CheckedImage
    let destination: CheckedImage

    /// - Parameter isGradient: whether the source's layout is that of what is written, and not the destination's.
    init(_ bytes: ParameterBytes, lanes: Int, isGradient: Bool = false) throws(ParameterError) {
        let parameters = try bytes.load(BatchNormParameters.self)
        source = try CheckedImage(parameters.source, "source", isWritten: isGradient)
        destination = try CheckedImage(parameters.destination, "destination", isWritten: !isGradient)
        try require(source.hasSamePicture(as: destination), "source and destination are different pictures")
        try require(source.block == lanes && destination.block == lanes, "a block is not \(lanes)")
        try require(parameters.epsilon >= 0 && parameters.epsilon.isFinite, "epsilon is \(parameters.epsilon)")
    }

    /// A number for each channel, in whole blocks.
    func channels(_ name: String, _ access: OperandExtent.Access) -> OperandExtent {
        OperandExtent(name, access, elements: source.paddedChannels)
    }
}
