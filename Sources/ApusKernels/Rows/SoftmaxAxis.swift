import ApusInstructions

/// Calls `body` with the places of each vector of columns in source and destination, and how many lanes of it count.
@inline(__always)
private func forEachStrip(
    _ settings: SoftmaxAxisParameters, _ samples: Int, _ body: (_ from: Int, _ to: Int, _ width: Int) -> Void
) {
    let inner = Int(settings.inner)
    let part = Int(settings.axis) * inner
    for sample in 0..<samples {
        for outer in 0..<Int(settings.outer) {
            var column = 0
            while column < inner {
                body(
                    sample * Int(settings.sampleStride) + outer * part + column,
                    sample * Int(settings.destinationSampleStride) + outer * part + column, min(lanes, inner - column))
                column += lanes
            }
        }
    }
}

func softmaxAxis(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: SoftmaxAxisParameters.self)
    let axis = Int(settings.axis)
    let inner = Int(settings.inner)
    let isLogarithmic = settings.isLogarithmic == 1
    forEachStrip(settings, samples) { read, write, width in
        let from = operands.floats(0) + read
        let to = operands.floats(1) + write
        var maximum = Vector(repeating: -Float.infinity)
        for step in 0..<axis { maximum = greater(from.load(step * inner, width), maximum) }
        var sum = Vector()
        if isLogarithmic {
            for step in 0..<axis { sum += boundedExponential(from.load(step * inner, width) - maximum) }
            let shift = logarithm(sum)
            for step in 0..<axis { to.save((from.load(step * inner, width) - maximum) - shift, step * inner, width) }
        } else {
            for step in 0..<axis {
                let power = boundedExponential(from.load(step * inner, width) - maximum)
                sum += power
                to.save(power, step * inner, width)
            }
            let share = 1 / sum
            for step in 0..<axis { to.save(to.load(step * inner, width) * share, step * inner, width) }
        }
    }
}

func softmaxAxisGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: SoftmaxAxisParameters.self)
    let axis = Int(settings.axis)
    let inner = Int(settings.inner)
    let isLogarithmic = settings.isLogarithmic == 1
    forEachStrip(settings, samples) { read, write, width in
        let result = operands.floats(0) + read
        let gradient = operands.floats(1) + read
        let to = operands.floats(2) + write
        var sum = Vector()
        for step in 0..<axis {
            let g = gradient.load(step * inner, width)
            let factor = isLogarithmic ? Vector(repeating: 1) : result.load(step * inner, width)
            sum = multiplyAdd(sum, g, factor)
        }
        for step in 0..<axis {
            let g = gradient.load(step * inner, width)
            let y = result.load(step * inner, width)
            to.save(isLogarithmic ? g - exponential(y) * sum : y * (g - sum), step * inner, width)
        }
    }
}
