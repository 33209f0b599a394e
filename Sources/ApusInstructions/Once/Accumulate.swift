extension Opcode {
    package static let accumulate = Opcode(rawValue: 116)
}

/// Adds `count` gradients of a batch to those of the step's earlier batches, `s = s + share·g`, with this batch's part of the
/// samples as `share`. The first batch of a step begins anew: `s = share·g`.
package struct AccumulateParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package init(count: Int) { self.count = Int32(count) }
}

/// `gradients, sums, arguments` · ``AccumulateParameters``
package struct AccumulateInstruction: InstructionDefinition {
    package static var opcode: Opcode { .accumulate }
    package static var name: String { "accumulate" }
    private let count: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        count = try notNegative(try parameters.load(AccumulateParameters.self).count, "the count")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("gradients", .read, elements: count), OperandExtent("sums", .update, elements: count),
            .arguments,
        ]
    }

    package var partitions: [Partition] {
        let part = { @Sendable in ParameterBytes(AccumulateParameters(count: $0)).bytes }
        return [Partition(elements: count, elementBytes: [4, 4, 0], parameters: part)]
    }
}
