extension Opcode {
    package static let quantizedMaxPool = Opcode(rawValue: 196)
}

/// `source, destination` · ``PoolParameters``
///
/// **maxPool** of bytes without a sign. Whatever their scale, the greatest byte stands for the greatest number. There is no argmax.
package struct QuantizedMaxPoolInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedMaxPool }
    package static var name: String { "quantizedMaxPool" }
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
            OperandExtent("source", .read, pool.source, of: 1, samples: samples),
            OperandExtent("destination", .write, pool.destination, of: 1, samples: samples),
        ]
    }

    package var partitions: [Partition] {
        [pool.partition(sourceBytes: 1, resultBytes: 1) { ParameterBytes($0).bytes }]
    }
}
