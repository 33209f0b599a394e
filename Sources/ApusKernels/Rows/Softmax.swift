import ApusInstructions

/// What ``RowParameters`` say, as integers of the machine's width.
struct Rows {
    let count, rows, rowStride, sampleStride, resultStride, labelStride: Int

    @inline(__always)
    init(_ parameters: RowParameters) {
        count = Int(parameters.count)
        rows = Int(parameters.rows)
        rowStride = Int(parameters.rowStride)
        sampleStride = Int(parameters.sampleStride)
        resultStride = Int(parameters.resultStride)
        labelStride = Int(parameters.labelStride)
    }

    /// Calls `body` with the offset of each row of each sample, in order.
    @inline(__always)
    func forEachRow(_ samples: Int, _ body: (_ offset: Int) -> Void) {
        forEachResult(samples) { offset, _ in body(offset) }
    }

    /// Calls `body` with the offset of each row of each sample, in order, and with that of its result.
    @inline(__always)
    func forEachResult(_ samples: Int, _ body: (_ offset: Int, _ result: Int) -> Void) {
        for sample in 0..<samples {
            for row in 0..<rows {
                body(sample * sampleStride + row * rowStride, sample * resultStride + row * rowStride)
            }
        }
    }

    /// Calls `body` with the offset of each vector of a row, and how many lanes of it count.
    @inline(__always)
    func forEachVector(_ body: (_ offset: Int, _ width: Int) -> Void) {
        var index = 0
        while index < count {
            body(index, min(lanes, count - index))
            index += lanes
        }
    }

    /// The greatest element of a row.
    @inline(__always)
    func greatest(_ row: Floats) -> Float {
        var greatest = Vector(repeating: -Float.infinity)
        forEachVector { offset, width in
            let next = row.load(offset, width, fill: -Float.infinity)
            greatest.replace(with: next, where: next .> greatest)
        }
        return greatestLane(greatest)
    }

    /// Σ exp(row − shift).
    @inline(__always)
    func sumOfExponentials(_ row: Floats, shift: Float) -> Float {
        var sum = Vector()
        forEachVector { offset, width in
            sum += exponential(row.load(offset, width, fill: -Float.infinity) - shift)
        }
        return sumOfLanes(sum)
    }
}

extension UnsafeMutablePointer<Float> {
    /// A whole vector where `width` is all lanes, else the first `width` of them.
    @inline(__always)
    func load(_ offset: Int, _ width: Int, fill: Float = 0) -> Vector {
        width == lanes ? vector(at: offset) : vector(at: offset, count: width, fill: fill)
    }

    @inline(__always)
    func save(_ vector: Vector, _ offset: Int, _ width: Int) {
        if width == lanes {
            store(vector, at: offset)
        } else {
            store(vector, at: offset, count: width)
        }
    }
}

func softmax(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let rows = Rows(parameters.load(as: RowParameters.self))
    let source = operands.floats(0)
    let destination = operands.floats(1)
    rows.forEachResult(samples) { start, result in
        let from = source + start
        let to = destination + result
        let greatest = rows.greatest(from)
        var sum = Vector()
        rows.forEachVector { offset, width in
            let power = exponential(from.load(offset, width, fill: -Float.infinity) - greatest)
            sum += power
            to.save(power, offset, width)
        }
        let share = 1 / sumOfLanes(sum)
        rows.forEachVector { offset, width in
            to.save(to.load(offset, width) * share, offset, width)
        }
    }
}

func logSoftmax(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let rows = Rows(parameters.load(as: RowParameters.self))
    let source = operands.floats(0)
    let destination = operands.floats(1)
    rows.forEachResult(samples) { start, result in
        let from = source + start
        let to = destination + result
        let greatest = rows.greatest(from)
        let shift = logarithm(Vector(repeating: rows.sumOfExponentials(from, shift: greatest)))
        rows.forEachVector { offset, width in
            to.save((from.load(offset, width) - greatest) - shift, offset, width)
        }
    }
}

func softmaxGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let rows = Rows(parameters.load(as: RowParameters.self))
    let results = operands.floats(0)
    let gradients = operands.floats(1)
    let destination = operands.floats(2)
    rows.forEachRow(samples) { start in
        let result = results + start
        let gradient = gradients + start
        let to = destination + start
        var product = Vector()
        rows.forEachVector { offset, width in
            product = multiplyAdd(product, result.load(offset, width), gradient.load(offset, width))
        }
        let mean = sumOfLanes(product)
        rows.forEachVector { offset, width in
            to.save(result.load(offset, width) * (gradient.load(offset, width) - mean), offset, width)
        }
    }
}

func logSoftmaxGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let rows = Rows(parameters.load(as: RowParameters.self))
    let results = operands.floats(0)
    let gradients = operands.floats(1)
    let destination = operands.floats(2)
    rows.forEachRow(samples) { start in
        let result = results + start
        let gradient = gradients + start
        let to = destination + start
        var sum = Vector()
        rows.forEachVector { offset, width in
            sum += gradient.load(offset, width)
        }
        let total = sumOfLanes(sum)
        rows.forEachVector { offset, width in
            let probability = exponential(result.load(offset, width))
            to.save(gradient.load(offset, width) - probability * total, offset, width)
        }
    }
}
