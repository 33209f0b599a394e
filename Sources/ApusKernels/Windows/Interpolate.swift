import ApusInstructions

/// The taps of one instruction.
private struct Taps {
    let outer, source, destination, inner, count: Int
    let indices: UnsafeMutablePointer<Int32>
    let weights: Floats

    init(_ settings: InterpolateParameters, _ operands: UnsafePointer<UnsafeMutableRawPointer?>) {
        outer = Int(settings.outer)
        source = Int(settings.source)
        destination = Int(settings.destination)
        inner = Int(settings.inner)
        count = Int(settings.taps)
        indices = operands[1].unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        weights = operands.floats(2)
    }

    /// The index of a tap, inside of the source whatever the operand says.
    @inline(__always)
    func index(_ tap: Int) -> Int { max(0, min(source - 1, Int(indices[tap]))) }
}

func interpolate(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: InterpolateParameters.self)
    let taps = Taps(settings, operands)
    for sample in 0..<samples {
        let source = operands.floats(0) + sample * Int(settings.sourceSampleStride)
        let destination = operands.floats(3) + sample * Int(settings.destinationSampleStride)
        for outer in 0..<taps.outer {
            let from = source + outer * taps.source * taps.inner
            let to = destination + outer * taps.destination * taps.inner
            for place in 0..<taps.destination {
                interpolateRow(taps, place * taps.count, from, to + place * taps.inner)
            }
        }
    }
}

/// The weighted sum of the rows of one destination's taps: several vectors at a time, so that the result is written once.
@inline(__always)
private func interpolateRow(_ taps: Taps, _ first: Int, _ source: Floats, _ row: Floats) {
    let inner = taps.inner
    var index = 0
    while index + 4 * lanes <= inner {
        var (a, b, c, d) = (Vector(), Vector(), Vector(), Vector())
        for tap in first..<first + taps.count {
            let from = source + taps.index(tap) * inner + index
            let weight = Vector(repeating: taps.weights[tap])
            a = multiplyAdd(a, from.vector(at: 0), weight)
            b = multiplyAdd(b, from.vector(at: lanes), weight)
            c = multiplyAdd(c, from.vector(at: 2 * lanes), weight)
            d = multiplyAdd(d, from.vector(at: 3 * lanes), weight)
        }
        row.store(a, at: index)
        row.store(b, at: index + lanes)
        row.store(c, at: index + 2 * lanes)
        row.store(d, at: index + 3 * lanes)
        index += 4 * lanes
    }
    while index + lanes <= inner {
        var sum = Vector()
        for tap in first..<first + taps.count {
            sum = multiplyAdd(
                sum, source.vector(at: taps.index(tap) * inner + index), Vector(repeating: taps.weights[tap]))
        }
        row.store(sum, at: index)
        index += lanes
    }
    while index < inner {
        var sum: Float = 0
        for tap in first..<first + taps.count {
            sum += source[taps.index(tap) * inner + index] * taps.weights[tap]
        }
        row[index] = sum
        index += 1
    }
}

func interpolateGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: InterpolateParameters.self)
    let taps = Taps(settings, operands)
    let inner = taps.inner
    for sample in 0..<samples {
        let gradients = operands.floats(0) + sample * Int(settings.destinationSampleStride)
        let result = operands.floats(3) + sample * Int(settings.sourceSampleStride)
        fill(result, count: taps.outer * taps.source * inner, with: 0)
        for outer in 0..<taps.outer {
            let from = gradients + outer * taps.destination * inner
            let to = result + outer * taps.source * inner
            for tap in 0..<taps.destination * taps.count {
                let gradient = from + tap / taps.count * inner
                let row = to + taps.index(tap) * inner
                let weight = taps.weights[tap]
                for index in 0..<inner { row[index] += gradient[index] * weight }
            }
        }
    }
}
