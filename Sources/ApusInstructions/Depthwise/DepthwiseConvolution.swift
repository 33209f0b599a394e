extension Opcode {
    package static let depthwiseConvolution = Opcode(rawValue: 17)
}

/// `source, packed weights, bias?, destination, argmax?` · ``ConvolutionParameters``
package struct DepthwiseConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .depthwiseConvolution }
    package static var name: String { "depthwiseConvolution" }
    private let convolution: CheckedConvolution
    private let argmaxes: Int
    private let lanes: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        convolution = try CheckedConvolution(parameters, lanes: lanes, isDepthwise: true, isWritten: true)
        argmaxes = try convolution.checkResults(lanes: lanes)
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { convolution.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let (parameters, destination) = (convolution.parameters, convolution.destination)
        return [
            OperandExtent("source", .read, convolution.source, samples: samples),
            OperandExtent("packed weights", .read, elements: convolution.weights),
            OperandExtent("bias", .read, elements: destination.paddedChannels, isOptional: true),
            OperandExtent("destination", .write, destination, samples: samples),
            OperandExtent(
                "argmax", .write, elements: argmaxes, every: argmaxes > 0 ? Int(parameters.argmaxStride) : 0,
                samples: samples, of: 1, isOptional: true),
        ]
    }

    package var partitions: [Partition] {
        let parameters = convolution.parameters
        return [
            parameters.blockPartition(lanes: lanes, isDepthwise: true),
            parameters.rowPartition(lanes: lanes, isDepthwise: true),
        ].compactMap { $0 }
    }
}
