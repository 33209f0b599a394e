/// The images of bytes of an instruction that makes each byte of those at its place.
struct ByteImages: Sendable {
    let sources: [CheckedImage]
    let destination: CheckedImage

    init(
        _ sources: [(name: String, layout: ImageLayout)], to destination: ImageLayout, lanes: Int
    ) throws(ParameterError) {
        let result = try CheckedImage(destination, "destination", isWritten: true)
        try require([1, lanes].contains(result.block), "a block is \(result.block), not 1 or \(lanes)")
        var images: [CheckedImage] = []
        for source in sources {
            let image = try CheckedImage(source.layout, source.name)
            try require(
                image.hasSameSize(as: result) && image.block == result.block,
                "the \(source.name) and the destination are different images")
            images.append(image)
        }
        self.sources = images
        self.destination = result
    }

    /// By blocks.
    ///
    /// - Parameters:
    ///   - places: which operands the images are, the destination last. All others are read whole.
    ///   - parameters: those of a part.
    func partition(places: [Int], parameters: @escaping @Sendable (Range<Int>) -> [UInt8]) -> Partition {
        let strides = sources.map { $0.layout.blockStride } + [destination.layout.blockStride]
        let count = (places.max() ?? 0) + 1
        return Partition(.blocks, units: destination.blocks) { blocks in
            var offsets = [Int](repeating: 0, count: count)
            for (place, stride) in zip(places, strides) { offsets[place] = blocks.lowerBound * stride }
            return Partition.Part(parameters: parameters(blocks), offsets: offsets)
        }
    }

    /// The result may lie on a source that lies as it does. The sources are the first operands.
    func sharedPlaces(destination place: Int) -> [SharedPlace] {
        sources.indices.filter { sources[$0].layout == destination.layout }.map { SharedPlace($0, with: place) }
    }
}

/// Checks what numbers are rounded by: limits, and which byte stands for zero.
func checkRounding(
    floor: Float, ceiling: Float, zeroPoint: Int32, resultBytes: Int32
) throws(ParameterError) {
    try require(floor <= ceiling, "no number is from \(floor) to \(ceiling)")
    try require(resultBytes == 1 || resultBytes == 4, "a result has \(resultBytes) bytes, not 1 or 4")
    _ = try check(zeroPoint, 0...(resultBytes == 1 ? 255 : 0), "the zero point")
    let zero = Float(zeroPoint)
    try require(
        resultBytes == 4 || floor >= -zero && ceiling <= 255 - zero, "bytes can't be from \(floor) to \(ceiling)")
}

/// Checks that a scale is a number above zero.
func checkScale(_ scale: Float, _ name: String) throws(ParameterError) {
    try require(scale > 0 && scale < .infinity, "\(name) is \(scale), not above zero")
}
