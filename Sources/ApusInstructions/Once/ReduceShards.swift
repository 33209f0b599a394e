extension Opcode {
    package static let reduceShards = Opcode(rawValue: 112)
}

/// Adds `shards` blocks of `count` elements, `stride` elements apart, in order of their number.
package struct ReduceParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var stride: Int32
    package var shards: Int32
    package init(count: Int, stride: Int, shards: Int) {
        self.count = Int32(count)
        self.stride = Int32(stride)
        self.shards = Int32(shards)
    }
}

/// `shards, sum` · ``ReduceParameters``
package struct ReduceShardsInstruction: InstructionDefinition {
    package static var opcode: Opcode { .reduceShards }
    package static var name: String { "reduceShards" }
    private let parameters: ReduceParameters

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(ReduceParameters.self)
        let count = try notNegative(parameters.count, "the count")
        let shards = try positive(parameters.shards, "the number of shards")
        let stride = try notNegative(parameters.stride, "the stride")
        try require(shards == 1 || stride >= count, "shards of \(count) are \(stride) apart")
        // Empty shards take no memory, but it takes time to go through them.
        try require(count > 0 || shards <= 1 << 16, "there are \(shards) shards of nothing")
        self.parameters = parameters
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let (count, shards) = (Int(parameters.count), Int(parameters.shards))
        return [
            OperandExtent("shards", .read, elements: product(shards - 1, Int(parameters.stride)) + count),
            OperandExtent("sum", .write, elements: count),
        ]
    }

    package var partitions: [Partition] {
        let parameters = parameters
        return [
            Partition(elements: Int(parameters.count), elementBytes: [4, 4]) { count in
                var part = parameters
                part.count = Int32(count)
                return ParameterBytes(part).bytes
            }
        ]
    }
}
