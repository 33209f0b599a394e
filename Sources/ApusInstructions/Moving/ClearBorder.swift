extension Opcode {
    package static let clearBorder = Opcode(rawValue: 2)
}

/// `buffer` · ``ImageLayout``. Zeroes the border of each sample and nothing else.
package struct ClearBorderInstruction: InstructionDefinition {
    package static var opcode: Opcode { .clearBorder }
    package static var name: String { "clearBorder" }
    private let buffer: CheckedImage

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        buffer = try CheckedImage(parameters.load(ImageLayout.self), "buffer", isWritten: true)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [OperandExtent("buffer", .write, buffer, samples: samples)]
    }

    /// The extent spans the image, which is left alone.
    package func bytesWritten(samples: Int) -> Int? {
        product(samples, buffer.sampleElements - buffer.imageElements, 4)
    }
}
