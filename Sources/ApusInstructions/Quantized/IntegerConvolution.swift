extension Opcode {
    package static let integerConvolution = Opcode(rawValue: 202)
}

/// `source, packed weights, bias, destination` · ``ConvolutionParameters``
///
/// The sums of a **quantizedConvolution** themselves, integers of 32 bits, with the same source, weights and bias. There is no pooling window,
/// and `floor` and `ceiling` are zero.
package struct IntegerConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .integerConvolution }
    package static var name: String { "integerConvolution" }
    private let parameters: ConvolutionParameters
    private let checked: CheckedWordConvolution

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        parameters = try bytes.load(ConvolutionParameters.self)
        checked = try CheckedWordConvolution(
            parameters, .bytes(stride: parameters.strideX), elementBytes: 1, lanes: lanes)
        try require(parameters.poolHeight == 0 && parameters.poolWidth == 0, "there is a pooling window")
        try require(parameters.floor == 0 && parameters.ceiling == 0, "there is a limit")
    }

    package func steps(samples: Int) -> Int? { checked.images.steps(samples: samples) }

    package var factors: FactorType { .bytes }

    package func operands(samples: Int) -> [OperandExtent] {
        checked.sources(samples: samples) + [
            OperandExtent("destination", .write, checked.images.destination, of: 4, samples: samples)
        ]
    }

    package var partitions: [Partition] {
        checked.partitions(resultBytes: 4, hasScale: false, hasAddend: false) { ParameterBytes($0).bytes }
    }

    package var choice: String? { "bytes, \(parameters.tile)" }

    package var candidates: [TuningCandidate] { checked.candidates { ParameterBytes($0).bytes } }
}
