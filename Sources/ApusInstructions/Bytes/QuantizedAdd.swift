extension Opcode {
    package static let quantizedAdd = Opcode(rawValue: 198)
}

/// The sum of the numbers that the bytes of two images stand for:
///
///     value  = f32(first − firstZeroPoint) · firstScale + f32(second − secondZeroPoint) · secondScale
///     result = round(value within `floor` and `ceiling`) + zeroPoint
///
/// ties to even, with scales in steps of the result. All roundings are those of single precision, one for each operator. The three images
/// have the same channels, height and width, and a block of 1 or V. Borders are neither read nor written; unused lanes are computed too.
package struct QuantizedAddParameters: Sendable, Equatable, BitwiseCopyable {
    package var first: ImageLayout
    package var second: ImageLayout
    package var destination: ImageLayout
    package var firstScale: Float = 1
    package var secondScale: Float = 1
    package var firstZeroPoint: Int32 = 0
    package var secondZeroPoint: Int32 = 0
    package var floor: Float = 0
    package var ceiling: Float = 255
    package var zeroPoint: Int32 = 0

    package init(first: ImageLayout, second: ImageLayout, destination: ImageLayout) {
        self.first = first
        self.second = second
        self.destination = destination
    }
}

/// `first, second, destination` · ``QuantizedAddParameters``
package struct QuantizedAddInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedAdd }
    package static var name: String { "quantizedAdd" }
    private let parameters: QuantizedAddParameters
    private let images: ByteImages

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        parameters = try bytes.load(QuantizedAddParameters.self)
        images = try ByteImages(
            [("first", parameters.first), ("second", parameters.second)], to: parameters.destination, lanes: lanes)
        _ = try check(parameters.firstZeroPoint, 0...255, "the first zero point")
        _ = try check(parameters.secondZeroPoint, 0...255, "the second zero point")
        try checkScale(parameters.firstScale, "the first scale")
        try checkScale(parameters.secondScale, "the second scale")
        try checkRounding(
            floor: parameters.floor, ceiling: parameters.ceiling, zeroPoint: parameters.zeroPoint, resultBytes: 1)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let sources = zip(["first", "second"], images.sources).map { name, image in
            OperandExtent(name, .read, image, of: 1, samples: samples)
        }
        return sources + [OperandExtent("destination", .write, images.destination, of: 1, samples: samples)]
    }

    package var partitions: [Partition] {
        let whole = parameters
        let partition = images.partition(places: [0, 1, 2]) { blocks in
            var part = whole
            part.first = whole.first.withBlocks(blocks)
            part.second = whole.second.withBlocks(blocks)
            part.destination = whole.destination.withBlocks(blocks)
            return ParameterBytes(part).bytes
        }
        return [partition]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] { images.sharedPlaces(destination: 2) }
}
