extension Opcode {
    package static let averagePoolGradient = Opcode(rawValue: 36)
}

/// `destination gradient, source gradient` · ``PoolParameters``
package struct AveragePoolGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .averagePoolGradient }
    package static var name: String { "averagePoolGradient" }
    private let pool: CheckedPool

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        pool = try CheckedPool(parameters, lanes: lanes, isGradient: true)
    }

    package func steps(samples: Int) -> Int? { pool.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            pool.destination("destination gradient", .read, samples: samples),
            pool.source("source gradient", .write, samples: samples),
        ]
    }
}
