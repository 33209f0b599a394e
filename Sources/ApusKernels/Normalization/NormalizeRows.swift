import ApusInstructions

func normalizeRows(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let rows = NormalizedRows(parameters.load(as: NormalizeRowsParameters.self))
    let source = operands.floats(0)
    let scales = operands.optionalFloats(1)
    let biases = operands.optionalFloats(2)
    let destination = operands.floats(3)
    let means = operands.optionalFloats(4)
    let inverses = operands.optionalFloats(5)
    let share = 1 / Float(rows.count)
    var along = PairedLoops()
    along.append(rows.count, first: 1, second: 0)
    let values = StoredValues(source, type: .float32)
    rows.forEachRow(samples) { read, write, statistic, channel in
        let from = source + read
        let to = destination + write
        // A row of numbers that lie side by side needs no buffer.
        let mean =
            rows.isCentered ? joinedRow(SumStep.self, values, read, along, shift: 0, buffer: from) * share : 0
        let variance = sumOfSquaredDeviations(from, count: rows.count, mean: mean) * share
        let inverse = 1 / squareRoot(Vector(repeating: variance + rows.epsilon))
        means?[statistic] = mean
        inverses?[statistic] = inverse[0]
        let center = Vector(repeating: mean)
        if rows.spatial == 1 {
            forEachVector(rows.count) { offset, width in
                let normal = (from.load(offset, width) - center) * inverse
                let scale = scales?.load(channel + offset, width) ?? Vector(repeating: 1)
                let bias = biases?.load(channel + offset, width) ?? Vector()
                to.save(multiplyAdd(bias, normal, scale), offset, width)
            }
            return
        }
        for part in 0..<rows.channels {
            let scale = Vector(repeating: scales?[channel + part] ?? 1)
            let bias = Vector(repeating: biases?[channel + part] ?? 0)
            let start = part * rows.spatial
            forEachVector(rows.spatial) { offset, width in
                let normal = (from.load(start + offset, width) - center) * inverse
                to.save(multiplyAdd(bias, normal, scale), start + offset, width)
            }
        }
    }
}
