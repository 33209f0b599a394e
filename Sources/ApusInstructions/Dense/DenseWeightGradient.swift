extension Opcode {
    package static let denseWeightGradient = Opcode(rawValue: 23)
}

/// `source, destination gradient, packed weight gradient, bias gradient?` · ``DenseParameters``
package struct DenseWeightGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .denseWeightGradient }
    package static var name: String { "denseWeightGradient" }
    private let layer: CheckedDense

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        layer = try CheckedDense(parameters, lanes: lanes)
    }

    package func steps(samples: Int) -> Int? { turns(samples, layer.weights) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            layer.source(samples: samples),
            layer.destination("destination gradient", .read, samples: samples),
            OperandExtent("packed weight gradient", .update, elements: layer.weights),
            OperandExtent("bias gradient", .update, elements: layer.outputs, isOptional: true),
        ]
    }
}
