extension Opcode {
    package static let broadcast = Opcode(rawValue: 49)
}

/// `first, second, destination` · ``BroadcastParameters``
package struct BroadcastInstruction: InstructionDefinition {
    package static var opcode: Opcode { .broadcast }
    package static var name: String { "broadcast" }
    private let loops: CheckedLoops

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        loops = try CheckedLoops(parameters)
        let operation = ElementwiseStep.Operation(rawValue: loops.parameters.operation)
        try require(
            [.add, .subtract, .multiply, .divide, .maximum, .minimum, .greater].contains(operation),
            "operation \(loops.parameters.operation) has not two operands")
        try loops.requireApart(loops.parameters.destinationStrides, "destination")
    }

    package func steps(samples: Int) -> Int? { turns(samples, loops.turns) }

    package func operands(samples: Int) -> [OperandExtent] {
        let parameters = loops.parameters
        return [
            loops.extent("first", .read, parameters.firstStrides, parameters.firstSampleStride, samples: samples),
            loops.extent("second", .read, parameters.secondStrides, parameters.secondSampleStride, samples: samples),
            loops.extent(
                "destination", .write, parameters.destinationStrides, parameters.destinationSampleStride,
                samples: samples),
        ]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        let parameters = loops.parameters
        let destination = loops.running(parameters.destinationStrides)
        return [
            (parameters.firstStrides, parameters.firstSampleStride),
            (parameters.secondStrides, parameters.secondSampleStride),
        ].enumerated().filter { _, source in
            loops.running(source.0) == destination
                && (samples == 1 || source.1 == parameters.destinationSampleStride && source.1 != 0)
        }.map { SharedPlace($0.offset, with: 2) }
    }
}
