/// The images of a batch norm.
struct CheckedBatchNorm: Sendable {
    /// Which image an instruction writes.
    enum Written { case source, destination, neither }

    let source: CheckedImage
    let destination: CheckedImage

    /// - Parameter written: the image whose samples must lie apart.
    init(_ parameters: BatchNormParameters, lanes: Int, written: Written) throws(ParameterError) {
        source = try CheckedImage(parameters.source, "source", isWritten: written == .source)
        destination = try CheckedImage(parameters.destination, "destination", isWritten: written == .destination)
        try require(source.hasSameSize(as: destination), "source and destination are different images")
        try require(source.block == lanes && destination.block == lanes, "a block is not \(lanes)")
        try require(parameters.epsilon >= 0 && parameters.epsilon.isFinite, "epsilon is \(parameters.epsilon)")
    }

    /// A number for each channel, in whole blocks.
    func channels(_ name: String, _ access: OperandExtent.Access) -> OperandExtent {
        OperandExtent(name, access, elements: source.paddedChannels)
    }
}
