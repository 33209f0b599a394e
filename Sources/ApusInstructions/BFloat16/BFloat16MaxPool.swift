extension Opcode {
    package static let bfloat16MaxPool = Opcode(rawValue: 201)
}

/// `source, destination` · ``PoolParameters``
///
/// **maxPool** of numbers of bf16. There is no argmax.
package struct BFloat16MaxPoolInstruction: InstructionDefinition {
    package static var opcode: Opcode { .bfloat16MaxPool }
    package static var name: String { "bfloat16MaxPool" }
    private let parameters: PoolParameters
    private let pool: CheckedPool

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        parameters = try bytes.load(PoolParameters.self)
        pool = try CheckedPool(parameters, lanes: lanes)
        try require(parameters.argmaxStride == 0, "there is an argmax")
    }

    package func steps(samples: Int) -> Int? { pool.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, pool.source, of: 2, samples: samples),
            OperandExtent("destination", .write, pool.destination, of: 2, samples: samples),
        ]
    }

    package var partitions: [Partition] {
        [pool.partition(sourceBytes: 2, resultBytes: 2) { ParameterBytes($0).bytes }]
    }
}
