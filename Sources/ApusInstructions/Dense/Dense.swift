extension Opcode {
    package static let dense = Opcode(rawValue: 22)
}

/// `source, packed weights, bias?, destination` · ``DenseParameters``
package struct DenseInstruction: InstructionDefinition {
    package static var opcode: Opcode { .dense }
    package static var name: String { "dense" }
    private let layer: CheckedDense

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        layer = try CheckedDense(parameters, lanes: lanes)
        try requireApart(layer.destinationStride, layer.outputs, "result")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            layer.source(samples: samples),
            OperandExtent("packed weights", .read, elements: layer.weights),
            OperandExtent("bias", .read, elements: layer.outputs, isOptional: true),
            layer.destination("destination", .write, samples: samples),
        ]
    }
}
