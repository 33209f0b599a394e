import ApusGraph
import ApusInstructions

/// Batch norm by the statistics of the batch: each shard's are taken and combined, and then the shards are normalized.
struct BatchNormTrainingRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNormTraining) { epsilon = Float(operation.epsilon) }

    var combinesSamples: Bool { true }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.liesByChannels(site.operands[0]) ? .blocked : .plain
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.channelImage(site.operands[0], site)
        let scale = try lowering.channelVector(site.operands[1])
        let bias = try lowering.channelVector(site.operands[2])
        let result = try lowering.makeChannelImage(site.results[0], site)
        let (mean, variance) = try lowering.emitStatistics(of: source, site)
        lowering.emit(
            .batchNorm, [source.place, scale, bias, mean, variance, result.place],
            BatchNormParameters(source: source.layout, destination: result.layout, epsilon: epsilon),
            label: site.name, repeats: source.imageCount)
        try lowering.storeChannelImage(result, in: site.results[0], site)
    }
}

extension Lowering {
    /// Makes the mean and the variance of each channel over all samples: the second and third result.
    fileprivate mutating func emitStatistics(
        of source: Stored, _ site: Site
    ) throws(LoweringError) -> (mean: Place, variance: Place) {
        let channels = Int(source.layout.channels)
        let elements = BatchStatisticsParameters.elements(channels: channels, lanes: lanes)
        let isSum = site.isSum(site.results[1])
        let statistics =
            isSum
            ? .fixed(addReduction(elements: elements)) : addScratch("\(site.name) statistics", bytes: elements * 4)
        emit(
            .batchStatistics, [source.place, statistics], BatchStatisticsParameters(source: source.layout),
            label: site.name, repeats: source.imageCount)
        guard isSum, case .fixed(let sums) = statistics else {
            let mean = try makePlainResult(site.results[1]).place
            let variance = try makePlainResult(site.results[2]).place
            emit(
                .combineStatistics, [statistics, mean, variance],
                CombineStatisticsParameters(channels: channels, stride: elements, shards: 1), label: site.name)
            return (mean, variance)
        }
        let places = [site.results[1], site.results[2]].map { value in
            let place = addState(elements: channels.roundedUp(to: lanes))
            whole[value.index] = Whole(place: place, shape: [channels])
            return place
        }
        let shards = plan.shards
        combine(.combineStatistics, sums, to: places, label: site.name) {
            CombineStatisticsParameters(channels: channels, stride: $0, shards: shards)
        }
        return (.fixed(places[0]), .fixed(places[1]))
    }
}
