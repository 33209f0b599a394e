extension Opcode {
    package static let maxPool = Opcode(rawValue: 32)
}

/// `source, destination, argmax?` · ``PoolParameters``
package struct MaxPoolInstruction: InstructionDefinition {
    package static var opcode: Opcode { .maxPool }
    package static var name: String { "maxPool" }
    private let pool: CheckedPool

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        pool = try CheckedPool(parameters, lanes: lanes)
    }

    package func steps(samples: Int) -> Int? { pool.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            pool.source("source", .read, samples: samples),
            pool.destination("destination", .write, samples: samples),
            pool.argmax(.write, samples: samples, isOptional: true),
        ]
    }

    package var partitions: [Partition] { [pool.partition] }
}
