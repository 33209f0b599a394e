extension Opcode {
    package static let batchStatistics = Opcode(rawValue: 83)
}

/// Mean and sum of squared deviations of each channel, over all samples of the call. The image has block V.
///
/// **batchStatistics** writes, with the channels in whole blocks: the means, the sums of squared deviations from them, and the
/// number of elements that each channel has. The deviations are from the call's own mean, so that nothing cancels where
/// the mean is large. What several calls give is joined by ``CombineStatisticsParameters``.
package struct BatchStatisticsParameters: Sendable, Equatable, BitwiseCopyable {
    package var source: ImageLayout
    package init(source: ImageLayout) { self.source = source }

    /// Elements of what is written for so many channels.
    package static func elements(channels: Int, lanes: Int) -> Int { 2 * padded(channels, to: lanes) + 1 }
}

/// `source, statistics` · ``BatchStatisticsParameters``
package struct BatchStatisticsInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchStatistics }
    package static var name: String { "batchStatistics" }
    private let source: CheckedImage

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        source = try CheckedImage(try parameters.load(BatchStatisticsParameters.self).source, "source")
        try require(source.block == lanes, "the block is not \(lanes)")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, samples: samples),
            OperandExtent("statistics", .write, elements: 2 * source.paddedChannels + 1),
        ]
    }

    package var couplesSamples: Bool { true }
}
