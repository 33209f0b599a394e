extension Opcode {
    package static let clip = Opcode(rawValue: 118)
}

/// Scales `count` gradients down where the norm of all of them is above `limit`, the root of the sum of `parts` sums of squares:
/// `g = g · limit / norm`, Pascanu, Mikolov and Bengio (2013), algorithm 1. Where the batch is not the last of its step nothing
/// is done.
package struct ClipParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var parts: Int32
    package var limit: Float
    package init(count: Int, parts: Int, limit: Float) {
        self.count = Int32(count)
        self.parts = Int32(parts)
        self.limit = limit
    }
}

/// `gradients, sums of squares, arguments` · ``ClipParameters``
package struct ClipInstruction: InstructionDefinition {
    package static var opcode: Opcode { .clip }
    package static var name: String { "clip" }
    private let parameters: ClipParameters

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(ClipParameters.self)
        _ = try notNegative(parameters.count, "the count")
        // Each range of the gradients adds all parts.
        _ = try check(parameters.parts, 1...1 << 16, "the number of sums")
        try require(parameters.limit.isFinite && parameters.limit > 0, "the limit is \(parameters.limit)")
        self.parameters = parameters
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("gradients", .update, elements: Int(parameters.count)),
            OperandExtent(
                "sums of squares", .read, elements: Int(parameters.parts), of: MemoryLayout<Double>.size),
            .arguments,
        ]
    }

    package var partitions: [Partition] {
        let parameters = parameters
        return [
            Partition(elements: Int(parameters.count), elementBytes: [4, 0, 0]) { count in
                var part = parameters
                part.count = Int32(count)
                return ParameterBytes(part).bytes
            }
        ]
    }
}
