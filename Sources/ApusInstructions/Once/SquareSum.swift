extension Opcode {
    package static let squareSum = Opcode(rawValue: 117)
}

/// Sums the squares of `count` gradients in double precision. Where the batch is not the last of its step nothing is done.
package struct SquareSumParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package init(count: Int) { self.count = Int32(count) }
}

/// `gradients, sum, arguments` · ``SquareSumParameters``
///
/// It is not cut into ranges: the sum's bits would depend on them.
package struct SquareSumInstruction: InstructionDefinition {
    package static var opcode: Opcode { .squareSum }
    package static var name: String { "squareSum" }
    private let count: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        count = try notNegative(try parameters.load(SquareSumParameters.self).count, "the count")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("gradients", .read, elements: count),
            OperandExtent("sum", .write, elements: 1, of: MemoryLayout<Double>.size), .arguments,
        ]
    }
}
