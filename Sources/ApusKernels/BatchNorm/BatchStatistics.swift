import ApusInstructions

func batchStatistics(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let source = Image(parameters.load(as: BatchStatisticsParameters.self).source)
    let from = operands.floats(0)
    let means = operands.floats(1)
    let deviations = means + source.blocks * lanes
    let count = Float(samples * source.height * source.width)
    deviations[source.blocks * lanes] = count
    for block in 0..<source.blocks {
        let channels = ChannelBlock(block, of: source.channels)
        var total = Vector()
        forEachRow(source, source, block: block, samples: samples) { row, _ in
            var sum = Vector()
            for x in 0..<source.width {
                sum += from.vector(at: row + x * lanes)
            }
            total += sum
        }
        let mean = channels.masked(total * (1 / count))
        total = Vector()
        forEachRow(source, source, block: block, samples: samples) { row, _ in
            var sum = Vector()
            for x in 0..<source.width {
                let difference = from.vector(at: row + x * lanes) - mean
                sum = multiplyAdd(sum, difference, difference)
            }
            total += sum
        }
        channels.save(mean, to: means)
        channels.save(total, to: deviations)
    }
}
