extension Opcode {
    package static let maxUnpool = Opcode(rawValue: 34)
}

/// `argmax, destination gradient, source gradient` · ``PoolParameters``
package struct MaxUnpoolInstruction: InstructionDefinition {
    package static var opcode: Opcode { .maxUnpool }
    package static var name: String { "maxUnpool" }
    private let pool: CheckedPool

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        pool = try CheckedPool(parameters, lanes: lanes, isGradient: true, isUnpool: true)
    }

    package func steps(samples: Int) -> Int? { pool.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            pool.argmax(.read, samples: samples, isOptional: false),
            pool.destination("destination gradient", .read, samples: samples),
            pool.source("source gradient", .write, samples: samples),
        ]
    }
}
