extension Opcode {
    package static let momentum = Opcode(rawValue: 114)
}

/// `parameters, gradients, velocities, status, arguments` · ``OptimizerParameters``
package struct MomentumInstruction: InstructionDefinition {
    package static var opcode: Opcode { .momentum }
    package static var name: String { "momentum" }
    private let optimizer: CheckedOptimizer

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        optimizer = try CheckedOptimizer(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("parameters", .update, elements: optimizer.count),
            OperandExtent("gradients", .read, elements: optimizer.count),
            OperandExtent("velocities", .update, elements: optimizer.count),
            OperandExtent("status", .update, elements: 2),
            .arguments,
        ]
    }

    package var partitions: [Partition] { optimizer.partitions(elementBytes: [4, 4, 4, 0, 0]) }
}
