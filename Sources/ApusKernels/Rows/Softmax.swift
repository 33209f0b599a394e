import ApusInstructions
import CPlatform

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

    /// Whether a call with so many samples writes its results past the caches. 16 KiB hold a row while it is computed.
    func areStreamed(_ samples: Int) -> Bool {
        count <= 4096 && rows &* count &* samples &* 4 >= streamedBytes
    }

    /// Elements from a row of the source to the one after it, or to what lies there.
    var nextRow: Int { rows > 1 ? rowStride : sampleStride }

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
        while index + lanes <= count {
            body(index, lanes)
            index += lanes
        }
        if index < count { body(index, count - index) }
    }

    /// The maximum of a row. Elements that are not a number may be passed over.
    @inline(__always)
    func maximum(_ row: Floats) -> Float {
        let minimum = Vector(repeating: -Float.infinity)
        var (a, b, c, d) = (minimum, minimum, minimum, minimum)
        var index = 0
        while index + 4 * lanes <= count {
            a = greater(row.vector(at: index), a)
            b = greater(row.vector(at: index + lanes), b)
            c = greater(row.vector(at: index + 2 * lanes), c)
            d = greater(row.vector(at: index + 3 * lanes), d)
            index += 4 * lanes
        }
        while index + lanes <= count {
            a = greater(row.vector(at: index), a)
            index += lanes
        }
        if index < count { b = greater(row.vector(at: index, count: count - index, fill: -Float.infinity), b) }
        return maximumLane(greater(greater(a, b), greater(c, d)))
    }

    /// Σ exp(row − shift).
    @inline(__always)
    func sumOfExponentials(_ row: Floats, shift: Float) -> Float {
        var sum = Vector()
        forEachVector { offset, width in
            sum += boundedExponential(row.load(offset, width, fill: -Float.infinity) - shift)
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
    if !rows.areStreamed(samples) {
        rows.forEachResult(samples) { start, result in
            let to = destination + result
            let sum = exponentials(source + start, rows, to: to)
            scale(to, count: rows.count, by: 1 / sum)
        }
        return
    }
    var room = InlineArray<2056, UInt64>(repeating: 0)
    withUnsafeMutableBytes(of: &room) {
        let row = $0.baseAddress.unsafelyUnwrapped.alignedUp(toMultipleOf: 64).assumingMemoryBound(to: Float.self)
        streamSoftmax(source, rows, samples, to: destination, row: row)
    }
    apus_fence()
}

/// Collects the exponentials of each row in `row`, so that the results alone go to memory.
private func streamSoftmax(_ source: Floats, _ rows: Rows, _ samples: Int, to destination: Floats, row: Floats) {
    rows.forEachResult(samples) { start, result in
        let factor = 1 / exponentials(source + start, rows, to: row)
        stream(to: destination + result, count: rows.count) { row.load($0, $1) * factor }
    }
}

/// Makes of a row the exponentials of its elements less the maximum one.
///
/// - Returns: their sum.
@inline(__always)
private func exponentials(_ from: Floats, _ rows: Rows, to: Floats) -> Float {
    let maximum = rows.maximum(from)
    var sum = Vector()
    rows.forEachVector { offset, width in
        // Memory would rest meanwhile, as the processor doesn't foresee that another row follows.
        apus_prefetch(from + (rows.nextRow + offset))
        let power = boundedExponential(from.load(offset, width, fill: -Float.infinity) - maximum)
        sum += power
        to.save(power, offset, width)
    }
    return sumOfLanes(sum)
}

// Not with a closure, which would become a function of its own: rows may be short.
@inline(__always)
private func scale(_ row: Floats, count: Int, by factor: Float) {
    var index = 0
    while index + lanes <= count {
        row.store(row.vector(at: index) * factor, at: index)
        index += lanes
    }
    if index < count {
        row.store(row.vector(at: index, count: count - index) * factor, at: index, count: count - index)
    }
}

func logSoftmax(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let rows = Rows(parameters.load(as: RowParameters.self))
    let source = operands.floats(0)
    let destination = operands.floats(1)
    rows.forEachResult(samples) { start, result in
        let from = source + start
        let to = destination + result
        let maximum = rows.maximum(from)
        let shift = logarithm(Vector(repeating: rows.sumOfExponentials(from, shift: maximum)))
        rows.forEachVector { offset, width in
            to.save((from.load(offset, width) - maximum) - shift, offset, width)
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
