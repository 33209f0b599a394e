import ApusInstructions

/// One over the elements of the whole batch.
@inline(__always)
private func weight(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: BatchMeanParameters
) -> Float {
    operands[2].unsafelyUnwrapped.load(as: RunArguments.self).inverseBatch / Float(parameters.count)
}

func batchMean(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let parameters = parameters.load(as: BatchMeanParameters.self)
    let source = operands.floats(0)
    let count = Int(parameters.count)
    var total: Double = 0
    for sample in 0..<samples {
        let elements = source + sample * Int(parameters.sampleStride)
        var start = 0
        while start < count {
            let end = min(count, start + 64 * lanes)
            var sum = Vector()
            while start + lanes <= end {
                sum += elements.vector(at: start)
                start += lanes
            }
            if start < end { sum += elements.vector(at: start, count: end - start) }
            start = end
            total += Double(sumOfLanes(sum))
        }
    }
    operands.floats(1)[0] += Float(total * Double(weight(operands, parameters)))
}

func batchMeanGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.load(as: BatchMeanParameters.self)
    let share = operands.floats(0)[0] * weight(operands, parameters)
    for sample in 0..<samples {
        fill(operands.floats(1) + sample * Int(parameters.sampleStride), count: Int(parameters.count), with: share)
    }
}
