import ApusInstructions

/// Vectors of columns that are computed together: their sums stay in registers, and each step reads neighbours in memory.
private let tileVectors = 4

/// Calls `body` with the places of each tile of columns in source and destination, and how many columns it has.
@inline(__always)
private func forEachTile(
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
                    sample * Int(settings.destinationSampleStride) + outer * part + column,
                    min(tileVectors * lanes, inner - column))
                column += tileVectors * lanes
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
    forEachTile(settings, samples) { read, write, width in
        let from = operands.floats(0) + read
        let to = operands.floats(1) + write
        var greatest = InlineArray<4, Vector>(repeating: Vector(repeating: -Float.infinity))
        var sums = InlineArray<4, Vector>(repeating: Vector())
        for step in 0..<axis {
            forEachVector(width) { column, count in
                let next = from.load(step * inner + column, count)
                greatest[column / lanes].replace(with: next, where: next .> greatest[column / lanes])
            }
        }
        for step in 0..<axis {
            forEachVector(width) { column, count in
                let power = exponential(from.load(step * inner + column, count) - greatest[column / lanes])
                sums[column / lanes] += power
                if !isLogarithmic { to.save(power, step * inner + column, count) }
            }
        }
        for part in 0..<tileVectors {
            sums[part] = isLogarithmic ? logarithm(sums[part]) : 1 / sums[part]
        }
        for step in 0..<axis {
            forEachVector(width) { column, count in
                let place = step * inner + column
                let result =
                    isLogarithmic
                    ? (from.load(place, count) - greatest[column / lanes]) - sums[column / lanes]
                    : to.load(place, count) * sums[column / lanes]
                to.save(result, place, count)
            }
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
    forEachTile(settings, samples) { read, write, width in
        let result = operands.floats(0) + read
        let gradient = operands.floats(1) + read
        let to = operands.floats(2) + write
        var sums = InlineArray<4, Vector>(repeating: Vector())
        for step in 0..<axis {
            forEachVector(width) { column, count in
                let g = gradient.load(step * inner + column, count)
                let factor = isLogarithmic ? Vector(repeating: 1) : result.load(step * inner + column, count)
                sums[column / lanes] = multiplyAdd(sums[column / lanes], g, factor)
            }
        }
        for step in 0..<axis {
            forEachVector(width) { column, count in
                let place = step * inner + column
                let g = gradient.load(place, count)
                let y = result.load(place, count)
                let sum = sums[column / lanes]
                to.save(isLogarithmic ? g - exponential(y) * sum : y * (g - sum), place, count)
            }
        }
    }
}
