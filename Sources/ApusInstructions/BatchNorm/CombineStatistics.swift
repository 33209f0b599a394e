extension Opcode {
    package static let combineStatistics = Opcode(rawValue: 84)
}

/// Mean and (biased) variance of a batch, of the statistics that ``BatchStatisticsParameters`` describes of each of `shards` parts
/// of it, `stride` elements apart. A part without elements counts for nothing.
///
/// Computed in double precision in the order of the parts: with n elements, mean m and squared deviations q of each and N in all,
/// the mean is `Σ n·m / N` and the variance `Σ (q + n·(m − mean)²) / N`.
/// Formula: Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979),
/// for any number of parts at once.
package struct CombineStatisticsParameters: Sendable, Equatable, BitwiseCopyable {
    package var channels: Int32
    package var stride: Int32
    package var shards: Int32
    package init(channels: Int, stride: Int, shards: Int) {
        self.channels = Int32(channels)
        self.stride = Int32(stride)
        self.shards = Int32(shards)
    }
}

/// `statistics, mean, variance` · ``CombineStatisticsParameters``
package struct CombineStatisticsInstruction: InstructionDefinition {
    package static var opcode: Opcode { .combineStatistics }
    package static var name: String { "combineStatistics" }
    private let shards: Int
    private let stride: Int
    private let elements: Int
    private let paddedChannels: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(CombineStatisticsParameters.self)
        let channels = try positive(parameters.channels, "the number of channels")
        shards = try positive(parameters.shards, "the number of shards")
        stride = try notNegative(parameters.stride, "the stride")
        elements = BatchStatisticsParameters.elements(channels: channels, lanes: lanes)
        paddedChannels = padded(channels, to: lanes)
        try require(shards == 1 || stride >= elements, "shards of \(elements) are \(stride) apart")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("statistics", .read, elements: elements, every: stride, samples: shards),
            OperandExtent("mean", .write, elements: paddedChannels),
            OperandExtent("variance", .write, elements: paddedChannels),
        ]
    }
}
