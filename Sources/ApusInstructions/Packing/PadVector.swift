extension Opcode {
    package static let padVector = Opcode(rawValue: 24)
}

/// Copies `count` elements and sets the rest of `paddedCount` to zero.
package struct PadVectorParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var paddedCount: Int32
    package init(count: Int, paddedCount: Int) {
        self.count = Int32(count)
        self.paddedCount = Int32(paddedCount)
    }
}

/// `bias, padded bias` · ``PadVectorParameters``
package struct PadVectorInstruction: InstructionDefinition {
    package static var opcode: Opcode { .padVector }
    package static var name: String { "padVector" }
    private let count: Int
    private let paddedCount: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(PadVectorParameters.self)
        count = try notNegative(parameters.count, "the count")
        paddedCount = try check(parameters.paddedCount, count...Int(Int32.max), "the padded count")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("bias", .read, elements: count),
            OperandExtent("padded bias", .write, elements: paddedCount),
        ]
    }
}
