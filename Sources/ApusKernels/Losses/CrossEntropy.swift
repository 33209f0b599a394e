import ApusInstructions

/// The minimum probability whose logarithm is taken.
private let minimumProbability: Float = 1e-30

/// `max(p, 1e-30)`, and not a number where `p` isn't.
@inline(__always)
private func bounded(_ probability: Float) -> Float {
    probability < minimumProbability ? minimumProbability : probability
}

/// The operands and settings of a loss.
private struct Loss {
    let rows: Rows
    let source: Floats
    let labels: UnsafeMutablePointer<Int32>
    /// One over the rows of the whole batch.
    let weight: Float

    @inline(__always)
    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, arguments: Int
    ) {
        rows = Rows(parameters.load(as: RowParameters.self))
        source = operands.floats(0)
        labels = operands[1].unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        let inverseBatch = operands[arguments].unsafelyUnwrapped.load(as: RunArguments.self).inverseBatch
        weight = inverseBatch / Float(rows.rows)
    }

    /// Calls `body` with each row's offset, and its label or nil where there is no such class.
    @inline(__always)
    func forEachRow(_ samples: Int, _ body: (_ offset: Int, _ label: Int?) -> Void) {
        for sample in 0..<samples {
            for row in 0..<rows.rows {
                let label = Int(labels[sample * rows.labelStride + row])
                body(sample * rows.sampleStride + row * rows.rowStride, label >= 0 && label < rows.count ? label : nil)
            }
        }
    }
}

func crossEntropy(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let loss = Loss(operands, parameters, arguments: 3)
    // In double precision: a sum over many samples loses nothing that matters.
    var sum: Double = 0
    loss.forEachRow(samples) { start, label in
        if let label {
            sum -= Double(logarithm(Vector(repeating: bounded(loss.source[start + label])))[0])
        }
    }
    operands.floats(2)[0] += Float(sum * Double(loss.weight))
}

func crossEntropyGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let loss = Loss(operands, parameters, arguments: 4)
    let factor = operands.floats(2)[0] * loss.weight
    let gradient = operands.floats(3)
    loss.forEachRow(samples) { start, label in
        // Read first: the gradient may lie where the probabilities were.
        let value = label.map { -factor / bounded(loss.source[start + $0]) }
        fill(gradient + start, count: loss.rows.count, with: 0)
        if let label, let value {
            gradient[start + label] = value
        }
    }
}

func logitCrossEntropy(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let loss = Loss(operands, parameters, arguments: 3)
    var sum: Double = 0
    loss.forEachRow(samples) { start, label in
        guard let label else { return }
        let logits = loss.source + start
        let maximum = loss.rows.maximum(logits)
        let total = loss.rows.sumOfExponentials(logits, shift: maximum)
        sum += Double(logarithm(Vector(repeating: total))[0]) + Double(maximum - logits[label])
    }
    operands.floats(2)[0] += Float(sum * Double(loss.weight))
}

func logitCrossEntropyGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let loss = Loss(operands, parameters, arguments: 4)
    let factor = operands.floats(2)[0] * loss.weight
    let gradient = operands.floats(3)
    loss.forEachRow(samples) { start, label in
        let to = gradient + start
        guard let label else {
            fill(to, count: loss.rows.count, with: 0)
            return
        }
        let logits = loss.source + start
        let maximum = loss.rows.maximum(logits)
        var sum = Vector()
        loss.rows.forEachVector { offset, width in
            let power = boundedExponential(logits.load(offset, width, fill: -Float.infinity) - maximum)
            sum += power
            to.save(power, offset, width)
        }
        let share = factor / sumOfLanes(sum)
        loss.rows.forEachVector { offset, width in
            to.save(to.load(offset, width) * share, offset, width)
        }
        to[label] -= factor
    }
}
