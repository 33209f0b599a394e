/// The sizes of a dense layer or its weight gradient.
struct CheckedDense: Sendable {
    let inputs: Int
    /// In whole blocks.
    let outputs: Int
    let sourceStride: Int
    let destinationStride: Int

    init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(DenseParameters.self)
        _ = try flag(parameters.activation, "the activation")
        inputs = try positive(parameters.inputs, "the number of inputs")
        outputs = padded(try positive(parameters.outputs, "the number of outputs"), to: lanes)
        sourceStride = try notNegative(parameters.sourceStride, "the source's stride")
        destinationStride = try notNegative(parameters.destinationStride, "the destination's stride")
    }

    /// Elements of the packed weights.
    var weights: Int { product(outputs, inputs) }

    func source(samples: Int) -> OperandExtent {
        OperandExtent("source", .read, elements: inputs, every: sourceStride, samples: samples)
    }

    func destination(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(name, access, elements: outputs, every: destinationStride, samples: samples)
    }
}
