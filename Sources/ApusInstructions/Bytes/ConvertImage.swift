extension Opcode {
    package static let convertImage = Opcode(rawValue: 193)
}

/// An image of bytes or numbers as one of another kind, or in another layout.
///
/// Both have the same channels, height and width, and any blocks, borders and strides. All of the destination is written: its
/// border and unused lanes get `zeroPoint` where it has bytes, and 0 where it has numbers.
///
/// - f32 to bytes: `round(limited(source / scale)) + zeroPoint`, ties to even, with limits so that a byte comes out.
/// - bytes to f32: `(source − zeroPoint) · scale`.
/// - f32 to bf16: the nearest number, the even one of two; zero for denormals.
/// - bf16 to f32: the same number.
/// - bytes to bytes and bf16 to bf16: as they are.
package struct ConvertImageParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    /// Bytes of an element: 1, 2 for bf16, or 4 for f32.
    package var sourceBytes: Int32
    package var resultBytes: Int32
    package var scale: Float = 1
    package var zeroPoint: Int32 = 0

    package init(source: ImageLayout, destination: ImageLayout, sourceBytes: Int, resultBytes: Int) {
        self.source = source
        self.destination = destination
        self.sourceBytes = Int32(sourceBytes)
        self.resultBytes = Int32(resultBytes)
    }
}

/// `source, destination` · ``ConvertImageParameters``
package struct ConvertImageInstruction: InstructionDefinition {
    package static var opcode: Opcode { .convertImage }
    package static var name: String { "convertImage" }
    private let parameters: ConvertImageParameters
    private let source: CheckedImage
    private let destination: CheckedImage

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(ConvertImageParameters.self)
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination", isWritten: true)
        try require(source.hasSameSize(as: destination), "source and destination are different images")
        let (from, to) = (parameters.sourceBytes, parameters.resultBytes)
        try require(
            [1, 2, 4].contains(from) && [1, 2, 4].contains(to)
                && ((from == 4) != (to == 4) || from == to && from < 4),
            "elements of \(from) bytes don't become such of \(to) bytes")
        _ = try check(parameters.zeroPoint, 0...255, "the zero point")
        try require(
            parameters.scale > 0 && parameters.scale < .infinity, "the scale is \(parameters.scale), not above zero")
        try require(
            from != 2 && to != 2 || parameters.scale == 1 && parameters.zeroPoint == 0,
            "numbers of bf16 have a scale of \(parameters.scale) and a zero point of \(parameters.zeroPoint)")
        for image in [source, destination] {
            try require([1, lanes].contains(image.block), "a block is \(image.block), not 1 or \(lanes)")
        }
        self.parameters = parameters
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, of: Int(parameters.sourceBytes), samples: samples),
            OperandExtent("destination", .write, destination, of: Int(parameters.resultBytes), samples: samples),
        ]
    }

    /// By whole blocks of both images: each part writes its blocks' border.
    package var partitions: [Partition] {
        let whole = parameters
        let unit = max(source.block, destination.block)
        let channels = Int(whole.source.channels)
        let partition = Partition(.blocks, units: (channels + unit - 1) / unit) { units in
            func blocks(of image: CheckedImage) -> Range<Int> {
                let each = unit / image.block
                return units.lowerBound * each..<min(units.upperBound * each, image.blocks)
            }
            let (read, written) = (blocks(of: source), blocks(of: destination))
            var part = whole
            part.source = whole.source.withBlocks(read)
            part.destination = whole.destination.withBlocks(written)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    Int(whole.sourceBytes) * read.lowerBound * whole.source.blockStride,
                    Int(whole.resultBytes) * written.lowerBound * whole.destination.blockStride,
                ])
        }
        return [partition]
    }
}
