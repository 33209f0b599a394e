import ApusInstructions
import CPlatform

func normalizeRows(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let rows = NormalizedRows(parameters.load(as: NormalizeRowsParameters.self))
    if rows.rows &* rows.count &* samples &* 4 < streamedBytes {
        return normalize(rows, operands, samples, collected: nil)
    }
    var room = InlineArray<264, UInt64>(repeating: 0)
    withUnsafeMutableBytes(of: &room) {
        let buffer = $0.baseAddress.unsafelyUnwrapped.alignedUp(toMultipleOf: 64).assumingMemoryBound(to: Float.self)
        normalize(rows, operands, samples, collected: buffer)
    }
    apus_fence()
}

/// Elements that are collected before they are written past the caches.
private let run = 512

/// - Parameter collected: where each ``run`` of a row is collected, to be written past the caches: wherever it begins there, it is
///   computed by the same instructions. None where rows go to the caches.
@inline(never)
private func normalize(
    _ rows: NormalizedRows, _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ samples: Int,
    collected: Floats?
) {
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
        let inverse = 1 / squareRoot(Vector(repeating: variance + rows.epsilon))
        means?[statistic] = mean
        inverses?[statistic] = inverse[0]
        let row = Row(
            from: from, to: to, count: rows.count, center: Vector(repeating: mean), inverse: inverse,
            collected: collected)
        if rows.spatial == 1 {
            // Not asked for each vector.
            switch (scales.map { $0 + channel }, biases.map { $0 + channel }) {
            case (let scales?, let biases?): row.write({ scales.load($0, $1) }, { biases.load($0, $1) })
            case (let scales?, nil): row.write({ scales.load($0, $1) }, { _, _ in Vector() })
            case (nil, let biases?): row.write({ _, _ in Vector(repeating: 1) }, { biases.load($0, $1) })
            case (nil, nil): row.write({ _, _ in Vector(repeating: 1) }, { _, _ in Vector() })
            }
            return
        }
        for part in 0..<rows.channels {
            let scale = Vector(repeating: scales?[channel + part] ?? 1)
            let bias = Vector(repeating: biases?[channel + part] ?? 0)
            let start = part * rows.spatial
            forEachVector(rows.spatial) { offset, width in
                to.save(multiplyAdd(bias, row.normal(start + offset, width), scale), start + offset, width)
            }
        }
    }
}

/// A row whose mean and deviation are known.
private struct Row {
    let from, to: Floats
    let count: Int
    let center, inverse: Vector
    let collected: Floats?

    @inline(__always)
    func normal(_ offset: Int, _ width: Int) -> Vector { (from.load(offset, width) - center) * inverse }

    /// Writes the row with a scale and a bias for each element.
    @inline(__always)
    func write(_ scale: (Int, Int) -> Vector, _ bias: (Int, Int) -> Vector) {
        var start = 0
        while start < count {
            let size = collected == nil ? count : min(run, count - start)
            let place = collected ?? to
            forEachVector(size) { offset, width in
                let index = start + offset
                // Memory would rest meanwhile, as the processor doesn't foresee that another row follows.
                apus_prefetch(from + (count + index))
                place.save(multiplyAdd(bias(index, width), normal(index, width), scale(index, width)), offset, width)
            }
            if let collected { stream(collected, to: to + start, count: size) }
            start += size
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
