extension Opcode {
    package static let relayout = Opcode(rawValue: 1)
}

/// `destination = source`, in another layout. Both have the same channels, height and width, and any blocks, borders and
/// strides. All of the destination is written: borders and unused lanes become zero.
package struct RelayoutParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout
    package init(source: ImageLayout, destination: ImageLayout) {
        self.source = source
        self.destination = destination
    }
}

/// `source, destination` · ``RelayoutParameters``
package struct RelayoutInstruction: InstructionDefinition {
    package static var opcode: Opcode { .relayout }
    package static var name: String { "relayout" }
    private let parameters: RelayoutParameters
    private let source: CheckedImage
    private let destination: CheckedImage

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(RelayoutParameters.self)
        self.parameters = parameters
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination", isWritten: true)
        try require(source.hasSameSize(as: destination), "source and destination are different images")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, samples: samples),
            OperandExtent("destination", .write, destination, samples: samples),
        ]
    }

    /// By channels, whole blocks of both images at a time. Rows are not cut: each part would write all of the border.
    package var partitions: [Partition] {
        let whole = parameters
        let unit = max(source.block, destination.block)
        guard unit.isMultiple(of: min(source.block, destination.block)) else { return [] }
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
                    4 * read.lowerBound * whole.source.blockStride,
                    4 * written.lowerBound * whole.destination.blockStride,
                ])
        }
        return [partition]
    }
}
