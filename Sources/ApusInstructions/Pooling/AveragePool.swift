extension Opcode {
    package static let averagePool = Opcode(rawValue: 35)
}

/// `source, destination` · ``PoolParameters``
package struct AveragePoolInstruction: InstructionDefinition {
    package static var opcode: Opcode { .averagePool }
    package static var name: String { "averagePool" }
    private let pool: CheckedPool

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        pool = try CheckedPool(parameters, lanes: lanes)
    }

    package func steps(samples: Int) -> Int? { pool.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            pool.source("source", .read, samples: samples),
            pool.destination("destination", .write, samples: samples),
        ]
    }

    package var partitions: [Partition] { [pool.partition] }
}
