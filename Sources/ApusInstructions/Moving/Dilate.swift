extension Opcode {
    package static let dilate = Opcode(rawValue: 4)
}

/// Puts `strideY - 1` zero rows and `strideX - 1` zero columns between the source's pixels: the first step of the input
/// gradient of a strided convolution. `destination[c, y·strideY, x·strideX] = source[c, y, x]`; all else is zero.
/// The destination's height is at least `(source.height - 1)·strideY + 1`, its width likewise; both have the same block.
package struct DilateParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package var strideY: Int32
    package var strideX: Int32
    package init(source: ImageLayout, destination: ImageLayout, strideY: Int, strideX: Int) {
        self.source = source
        self.destination = destination
        self.strideY = Int32(strideY)
        self.strideX = Int32(strideX)
    }
}

/// `source, destination` · ``DilateParameters``
package struct DilateInstruction: InstructionDefinition {
    package static var opcode: Opcode { .dilate }
    package static var name: String { "dilate" }
    private let source: CheckedImage
    private let destination: CheckedImage

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(DilateParameters.self)
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination", isWritten: true)
        let height = product(source.height - 1, try positive(parameters.strideY, "the stride")) + 1
        let width = product(source.width - 1, try positive(parameters.strideX, "the stride")) + 1
        try require(
            height <= destination.height && width <= destination.width && source.block == destination.block
                && parameters.source.channels == parameters.destination.channels,
            "the dilated image of \(height) × \(width) does not fit the destination")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, samples: samples),
            OperandExtent("destination", .write, destination, samples: samples),
        ]
    }
}
