import ApusInstructions
import CPlatform

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
    rows.forEachRow(samples) { read, write, statistic, channel in
        let from = source + read
        let to = destination + write
        let mean = rows.isCentered ? sum(from, count: rows.count, along) * share : 0
        let variance = sumOfSquaredDeviations(from, count: rows.count, mean: mean) * share
        let inverseDeviation = 1 / (variance + rows.epsilon).squareRoot()
        means?[statistic] = mean
        inverses?[statistic] = inverseDeviation
        let inverse = Vector(repeating: inverseDeviation)
        let center = Vector(repeating: mean)
        if rows.spatial == 1 {
            forEachVector(rows.count) { offset, width in
                // Memory would rest meanwhile, as the processor doesn't foresee that another row follows.
                apus_prefetch(from + (rows.count + offset))
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

/// The sum of a row of numbers that lie side by side: like a **reduce**, without its cost where the row is one block.
@inline(__always)
private func sum(_ row: Floats, count: Int, _ along: PairedLoops) -> Float {
    if count <= rowBlock {
        return sumOfLanes(joinedBlock(SumStep.self, row, count: count, shift: Vector()))
    }
    let values = StoredValues(row, type: .float32)
    return joinedRow(SumStep.self, values, 0, along, shift: 0, buffer: row)
}
