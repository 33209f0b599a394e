extension Opcode {
    /// `mean gradient, source gradient, arguments` · ``BatchMeanParameters``
    package static let batchMeanGradient = Opcode(rawValue: 153)
}

/// The definition of **batchMeanGradient**.
package struct BatchMeanGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchMeanGradient }
    package static var name: String { "batchMeanGradient" }
    private let mean: CheckedBatchMean

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        mean = try CheckedBatchMean(parameters)
        try requireApart(mean.sampleStride, mean.count, "gradient")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("mean gradient", .read, elements: 1),
            mean.elements("source gradient", .write, samples: samples), .arguments,
        ]
    }
}
