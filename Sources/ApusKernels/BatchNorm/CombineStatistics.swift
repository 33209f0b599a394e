import ApusInstructions

func combineStatistics(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: CombineStatisticsParameters.self)
    let channels = Int(settings.channels)
    let deviations = (channels + lanes - 1) / lanes * lanes
    let statistics = operands.floats(0)
    let stride = Int(settings.stride)
    let shards = Int(settings.shards)
    var total: Double = 0
    for shard in 0..<shards { total += Double(statistics[shard * stride + 2 * deviations]) }
    let share = 1 / total
    for channel in 0..<channels {
        var sum: Double = 0
        for shard in 0..<shards {
            let own = statistics + shard * stride
            sum += Double(own[2 * deviations]) * Double(own[channel])
        }
        let mean = sum * share
        var squares: Double = 0
        for shard in 0..<shards {
            let own = statistics + shard * stride
            let difference = Double(own[channel]) - mean
            squares += Double(own[deviations + channel]) + Double(own[2 * deviations]) * difference * difference
        }
        operands.floats(1)[channel] = Float(mean)
        operands.floats(2)[channel] = Float(squares * share)
    }
}
