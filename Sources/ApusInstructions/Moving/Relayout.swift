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
    private let source: CheckedImage
    private let destination: CheckedImage

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(RelayoutParameters.self)
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
}
