extension Opcode {
    package static let dense = Opcode(rawValue: 22)
}

/// `source, packed weights, bias?, destination` · ``DenseParameters``
package struct DenseInstruction: InstructionDefinition {
    package static var opcode: Opcode { .dense }
    package static var name: String { "dense" }
    private let layer: CheckedDense
    private let parameters: DenseParameters
    private let lanes: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        layer = try CheckedDense(parameters, lanes: lanes)
        try requireApart(layer.destinationStride, layer.outputs, "result")
        self.parameters = try parameters.load(DenseParameters.self)
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { turns(samples, layer.weights) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            layer.source(samples: samples),
            OperandExtent("packed weights", .read, elements: layer.weights),
            OperandExtent("bias", .read, elements: layer.outputs, isOptional: true),
            layer.destination("destination", .write, samples: samples),
        ]
    }

    /// By pairs of output blocks.
    package var partitions: [Partition] {
        let (whole, lanes) = (parameters, lanes)
        let outputs = Int(whole.outputs)
        let width = 2 * lanes
        let partition = Partition(
            .blocks, units: (outputs + width - 1) / width, sharedBytes: 4 * layer.inputs
        ) { units in
            let first = units.lowerBound * width
            var part = whole
            part.outputs = Int32(min(units.upperBound * width, outputs) - first)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [0, 4 * first * Int(whole.inputs), 4 * first, 4 * first])
        }
        return [partition]
    }
}
