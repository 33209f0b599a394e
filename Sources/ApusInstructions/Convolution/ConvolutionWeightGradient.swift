extension Opcode {
    package static let convolutionWeightGradient = Opcode(rawValue: 18)
}

/// `source, destination gradient, packed weight gradient, bias gradient?, argmax?` · ``ConvolutionParameters``
package struct ConvolutionWeightGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .convolutionWeightGradient }
    package static var name: String { "convolutionWeightGradient" }
    private let convolution: CheckedConvolution
    private let pooled: PooledGradient

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        convolution = try CheckedConvolution(parameters, lanes: lanes, isDepthwise: false, isWritten: false)
        let parameters = convolution.parameters
        if parameters.poolHeight != 0 {
            try require(
                parameters.strideY == 1 && parameters.strideX == 1 && parameters.dilationY == 1
                    && parameters.dilationX == 1 && convolution.source.block == 1,
                "the gradient of a pool is taken with strides and dilations of 1, and a source in blocks of 1 alone")
        }
        pooled = try PooledGradient(
            convolution.destination, output: (convolution.outputHeight, convolution.outputWidth),
            window: (parameters.poolHeight, parameters.poolWidth), stride: parameters.argmaxStride)
    }

    package func steps(samples: Int) -> Int? { convolution.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        convolution.gradientOperands(samples: samples) + [pooled.operand(samples: samples)]
    }

    package var choice: String? { convolution.parameters.poolHeight > 0 ? "direct, unpools" : nil }
}
