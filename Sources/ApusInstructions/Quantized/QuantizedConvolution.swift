extension Opcode {
    package static let quantizedConvolution = Opcode(rawValue: 192)
}

/// `source, packed weights, bias, scale, destination, addend?` · ``QuantizedConvolutionParameters``
package struct QuantizedConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedConvolution }
    package static var name: String { "quantizedConvolution" }
    private let parameters: QuantizedConvolutionParameters
    private let checked: CheckedWordConvolution

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(QuantizedConvolutionParameters.self)
        let own = parameters.convolution
        checked = try CheckedWordConvolution(own, .bytes(stride: own.strideX), elementBytes: 1, lanes: lanes)
        try parameters.checkResults()
        self.parameters = parameters
    }

    package func steps(samples: Int) -> Int? { checked.images.steps(samples: samples) }

    package var factors: FactorType { .bytes }

    package func operands(samples: Int) -> [OperandExtent] {
        let destination = checked.images.destination
        return checked.sources(samples: samples) + [
            OperandExtent("scale", .read, elements: destination.paddedChannels),
            OperandExtent("destination", .write, destination, of: Int(parameters.resultBytes), samples: samples),
            checked.addend(samples: samples),
        ]
    }

    package var partitions: [Partition] {
        checked.partitions(resultBytes: Int(parameters.resultBytes), hasScale: true, hasAddend: true) { [parameters] in
            parameters.bytes(with: $0)
        }
    }

    package var choice: String? { "bytes, \(parameters.convolution.tile)" }

    package var candidates: [TuningCandidate] { checked.candidates { parameters.bytes(with: $0) } }
}
