extension Opcode {
    package static let fillBorder = Opcode(rawValue: 194)
}

/// Gives the border of each sample of an image of bytes this value, and leaves the image: **clearBorder** of bytes, whose zero is a
/// number of its own.
package struct FillBorderParameters: Sendable, Equatable, BitwiseCopyable {
    /// The image and the rows, as **clearBorder** has them.
    package var border: ClearBorderParameters
    package var value: Int32

    package init(_ image: ImageLayout, value: Int) {
        border = ClearBorderParameters(image)
        self.value = Int32(value)
    }
}

/// `buffer` · ``FillBorderParameters``
package struct FillBorderInstruction: InstructionDefinition {
    package static var opcode: Opcode { .fillBorder }
    package static var name: String { "fillBorder" }
    private let parameters: FillBorderParameters
    private let buffer: CheckedImage

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(FillBorderParameters.self)
        buffer = try CheckedImage(parameters.border.image, "buffer", isWritten: true)
        let first = try check(parameters.border.firstRow, 0...buffer.height - 1, "the first row")
        _ = try check(parameters.border.rows, 1...buffer.height - first, "the number of rows")
        _ = try check(parameters.value, 0...255, "the value")
        self.parameters = parameters
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [OperandExtent("buffer", .write, buffer, of: 1, samples: samples)]
    }

    /// The extent spans the image, which is left alone.
    package func bytesWritten(samples: Int) -> Int? { product(samples, buffer.sampleElements - buffer.imageElements) }

    /// Whoever makes the image leaves its border alone.
    package var completesResult: Bool { true }

    /// As whoever makes the image is cut.
    package var partitions: [Partition] {
        let whole = parameters
        let rows = Partition(.rows, units: Int(whole.border.rows), isContiguous: false) { units in
            var part = whole
            part.border.firstRow += Int32(units.lowerBound)
            part.border.rows = Int32(units.count)
            return Partition.Part(parameters: ParameterBytes(part).bytes, offsets: [0])
        }
        let blocks = Partition(.blocks, units: buffer.blocks) { units in
            var part = whole
            part.border.image = whole.border.image.withBlocks(units)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [units.lowerBound * whole.border.image.blockStride])
        }
        return [rows, blocks]
    }
}
