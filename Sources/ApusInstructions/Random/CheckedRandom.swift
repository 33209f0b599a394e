/// The sizes of an instruction with random numbers.
struct CheckedRandom: Sendable {
    let amount: Float
    private let count: Int
    private let sourceStride: Int
    private let destinationStride: Int

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        // Any stream is a stream.
        let parameters = try bytes.load(RandomParameters.self)
        amount = parameters.amount
        count = try notNegative(parameters.count, "the count")
        sourceStride = try notNegative(parameters.sourceStride, "the source's stride")
        destinationStride = try notNegative(parameters.destinationStride, "the destination's stride")
        try requireApart(destinationStride, count, "result")
    }

    func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, elements: count, every: sourceStride, samples: samples),
            OperandExtent("destination", .write, elements: count, every: destinationStride, samples: samples),
            .arguments,
        ]
    }

    func sharedPlaces(samples: Int) -> [SharedPlace] {
        samples == 1 || sourceStride == destinationStride ? [SharedPlace(0, with: 1)] : []
    }
}
