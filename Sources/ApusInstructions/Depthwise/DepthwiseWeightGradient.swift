extension Opcode {
    package static let depthwiseWeightGradient = Opcode(rawValue: 19)
}

/// `source, destination gradient, packed weight gradient, bias gradient?` · ``ConvolutionParameters``
package struct DepthwiseWeightGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .depthwiseWeightGradient }
    package static var name: String { "depthwiseWeightGradient" }
    private let convolution: CheckedConvolution

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        convolution = try CheckedConvolution(parameters, lanes: lanes, isDepthwise: true, isWritten: false)
        let destination = convolution.destination
        try require(
            convolution.outputHeight <= destination.height && convolution.outputWidth <= destination.width,
            "the gradient of \(convolution.outputHeight) × \(convolution.outputWidth) is larger than "
                + "\(destination.height) × \(destination.width)")
    }

    package func steps(samples: Int) -> Int? { convolution.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] { convolution.gradientOperands(samples: samples) }
}
