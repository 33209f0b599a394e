extension Opcode {
    package static let adam = Opcode(rawValue: 113)
}

/// `parameters, gradients, first moments, second moments, status, arguments` · ``OptimizerParameters``
package struct AdamInstruction: InstructionDefinition {
    package static var opcode: Opcode { .adam }
    package static var name: String { "adam" }
    private let optimizer: CheckedOptimizer

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        optimizer = try CheckedOptimizer(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("parameters", .update, elements: optimizer.count),
            OperandExtent("gradients", .read, elements: optimizer.count),
            OperandExtent("first moments", .update, elements: optimizer.count),
            OperandExtent("second moments", .update, elements: optimizer.count),
            OperandExtent("status", .update, elements: 2),
            .arguments,
        ]
    }

    package var partitions: [Partition] { optimizer.partitions(elementBytes: [4, 4, 4, 4, 0, 0]) }
}
