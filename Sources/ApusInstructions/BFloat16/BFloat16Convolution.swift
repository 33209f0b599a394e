extension Opcode {
    package static let bfloat16Convolution = Opcode(rawValue: 200)
}

/// `source, packed weights, bias, destination, addend?` · ``BFloat16ConvolutionParameters``
package struct BFloat16ConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .bfloat16Convolution }
    package static var name: String { "bfloat16Convolution" }
    private let parameters: BFloat16ConvolutionParameters
    private let checked: CheckedWordConvolution

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(BFloat16ConvolutionParameters.self)
        let own = parameters.convolution
        checked = try CheckedWordConvolution(own, .bfloat16(stride: own.strideX), elementBytes: 2, lanes: lanes)
        let resultBytes = parameters.resultBytes
        try require(resultBytes == 2 || resultBytes == 4, "a result has \(resultBytes) bytes, not 2 or 4")
        self.parameters = parameters
    }

    package func steps(samples: Int) -> Int? { checked.images.steps(samples: samples) }

    package var factors: FactorType { .bfloat16 }

    package func operands(samples: Int) -> [OperandExtent] {
        let destination = checked.images.destination
        return checked.sources(samples: samples) + [
            OperandExtent("destination", .write, destination, of: Int(parameters.resultBytes), samples: samples),
            checked.addend(samples: samples),
        ]
    }

    package var partitions: [Partition] {
        checked.partitions(
            resultBytes: Int(parameters.resultBytes), hasScale: false, hasAddend: true
        ) { [parameters] in parameters.bytes(with: $0) }
    }

    package var choice: String? { "bf16, \(parameters.convolution.tile)" }

    package var candidates: [TuningCandidate] { checked.candidates { parameters.bytes(with: $0) } }
}
