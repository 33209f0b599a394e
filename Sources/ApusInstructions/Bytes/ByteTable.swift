extension Opcode {
    package static let byteTable = Opcode(rawValue: 204)
}

/// A function of single bytes: `destination = table[source]`, for images of the same channels, height and width, and a block of 1 or V.
///
/// Borders are neither read nor written; unused lanes are computed too.
package struct ByteTableParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package var destination: ImageLayout

    package init(source: ImageLayout, destination: ImageLayout) {
        self.source = source
        self.destination = destination
    }
}

/// `source, table of 256 bytes, destination` · ``ByteTableParameters``
package struct ByteTableInstruction: InstructionDefinition {
    package static var opcode: Opcode { .byteTable }
    package static var name: String { "byteTable" }
    private let parameters: ByteTableParameters
    private let images: ByteImages

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        parameters = try bytes.load(ByteTableParameters.self)
        images = try ByteImages([("source", parameters.source)], to: parameters.destination, lanes: lanes)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, images.sources[0], of: 1, samples: samples),
            OperandExtent("table", .read, elements: 256, of: 1),
            OperandExtent("destination", .write, images.destination, of: 1, samples: samples),
        ]
    }

    package var partitions: [Partition] {
        let whole = parameters
        let partition = images.partition(places: [0, 2]) { blocks in
            ParameterBytes(
                ByteTableParameters(
                    source: whole.source.withBlocks(blocks), destination: whole.destination.withBlocks(blocks))
            ).bytes
        }
        return [partition]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] { images.sharedPlaces(destination: 2) }
}
