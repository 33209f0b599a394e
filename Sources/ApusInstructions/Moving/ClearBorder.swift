extension Opcode {
    package static let clearBorder = Opcode(rawValue: 2)
}

/// Zeroes the border of each sample of an image and nothing else: to the left and to the right of `rows` rows of the image from
/// `firstRow` on, all of the border above where that is the first row, and all below behind the last.
package struct ClearBorderParameters: Sendable, Equatable, BitwiseCopyable {
    package var image: ImageLayout
    package var firstRow: Int32
    package var rows: Int32

    /// The whole border.
    package init(_ image: ImageLayout) {
        self.image = image
        firstRow = 0
        rows = image.height
    }
}

/// `buffer` · ``ClearBorderParameters``
package struct ClearBorderInstruction: InstructionDefinition {
    package static var opcode: Opcode { .clearBorder }
    package static var name: String { "clearBorder" }
    private let parameters: ClearBorderParameters
    private let buffer: CheckedImage

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(ClearBorderParameters.self)
        buffer = try CheckedImage(parameters.image, "buffer", isWritten: true)
        let first = try check(parameters.firstRow, 0...buffer.height - 1, "the first row")
        _ = try check(parameters.rows, 1...buffer.height - first, "the number of rows")
        self.parameters = parameters
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [OperandExtent("buffer", .write, buffer, samples: samples)]
    }

    /// The extent spans the image, which is left alone.
    package func bytesWritten(samples: Int) -> Int? {
        product(samples, buffer.sampleElements - buffer.imageElements, 4)
    }

    /// Whoever makes the image leaves its border alone.
    package var completesResult: Bool { true }

    /// By rows of the image or by its blocks, as whoever makes it is cut.
    package var partitions: [Partition] {
        let whole = parameters
        let rows = Partition(.rows, units: Int(whole.rows), isContiguous: false) { units in
            var part = whole
            part.firstRow += Int32(units.lowerBound)
            part.rows = Int32(units.count)
            return Partition.Part(parameters: ParameterBytes(part).bytes, offsets: [0])
        }
        let blocks = Partition(.blocks, units: buffer.blocks) { units in
            var part = whole
            part.image = whole.image.withBlocks(units)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes, offsets: [4 * units.lowerBound * whole.image.blockStride])
        }
        return [rows, blocks]
    }
}
