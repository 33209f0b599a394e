extension Opcode {
    package static let reduceSum = Opcode(rawValue: 50)
}

/// `source, destination` · ``BroadcastParameters``
package struct ReduceSumInstruction: InstructionDefinition {
    package static var opcode: Opcode { .reduceSum }
    package static var name: String { "reduceSum" }
    private let loops: CheckedLoops
    private let accumulates: Bool

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        loops = try CheckedLoops(parameters)
        accumulates = try flag(loops.parameters.accumulate, "the choice to accumulate")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let parameters = loops.parameters
        return [
            loops.extent("source", .read, parameters.firstStrides, parameters.firstSampleStride, samples: samples),
            loops.extent(
                "destination", accumulates ? .update : .write, parameters.destinationStrides,
                parameters.destinationSampleStride, samples: samples),
        ]
    }
}
