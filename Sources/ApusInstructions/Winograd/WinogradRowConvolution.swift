extension Opcode {
    package static let winogradRowConvolution = Opcode(rawValue: 27)
}

/// `source, packed weights, bias?, destination, argmax?, scratch` · ``WinogradParameters``
package struct WinogradRowConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .winogradRowConvolution }
    package static var name: String { "winogradRowConvolution" }
    private let winograd: CheckedWinograd
    private let argmaxes: Int
    private let lanes: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        winograd = try CheckedWinograd(rows: parameters, lanes: lanes)
        argmaxes = try winograd.checkResults()
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { winograd.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        winograd.operands(samples: samples, argmaxes: argmaxes, scratch: winograd.rowScratch)
    }

    package var partitions: [Partition] {
        let parameters = winograd.parameters
        return [parameters.rowPartition(weights: winograd.weights), parameters.blockPartition(lanes: lanes)]
    }

    package func multiplyAdds(samples: Int) -> Int? { winograd.multiplyAdds(samples: samples) }

    package var choice: String? { "Winograd, \(winograd.parameters.tile)" }
}
