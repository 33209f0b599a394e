extension Opcode {
    package static let movingAverage = Opcode(rawValue: 115)
}

/// `parameters, averages, arguments` · ``OptimizerParameters``
package struct MovingAverageInstruction: InstructionDefinition {
    package static var opcode: Opcode { .movingAverage }
    package static var name: String { "movingAverage" }
    private let optimizer: CheckedOptimizer

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        optimizer = try CheckedOptimizer(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("parameters", .read, elements: optimizer.count),
            OperandExtent("averages", .update, elements: optimizer.count),
            .arguments,
        ]
    }

    package var partitions: [Partition] { optimizer.partitions(elementBytes: [4, 4, 0]) }
}
