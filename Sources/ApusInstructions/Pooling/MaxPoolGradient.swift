extension Opcode {
    package static let maxPoolGradient = Opcode(rawValue: 33)
}

/// `source, destination gradient, source gradient` · ``PoolParameters``
package struct MaxPoolGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .maxPoolGradient }
    package static var name: String { "maxPoolGradient" }
    private let pool: CheckedPool

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        pool = try CheckedPool(parameters, lanes: lanes, isGradient: true)
    }

    package func steps(samples: Int) -> Int? { pool.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            pool.source("source", .read, samples: samples),
            pool.destination("destination gradient", .read, samples: samples),
            pool.source("source gradient", .write, samples: samples),
        ]
    }
}
