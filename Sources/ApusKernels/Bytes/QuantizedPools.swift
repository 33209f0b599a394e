import ApusInstructions

func quantizedMaxPool(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: PoolParameters.self)
    forEachWindow(of: settings, resultBytes: 1, operands, samples) { places, result in
        var greatest = IntegerVector()
        places.forEach { greatest = maximum(greatest, $0) }
        storeBytes(of: greatest, at: result)
    }
}

func quantizedAveragePool(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: QuantizedAveragePoolParameters.self)
    let (pool, resultBytes) = (settings.pool, Int(settings.resultBytes))
    let countsPadding = pool.countPadding == 1
    let all = Int(pool.windowHeight) * Int(pool.windowWidth)
    let (lowest, highest) = (Vector(repeating: settings.floor), Vector(repeating: settings.ceiling))
    let zeroPoint = IntegerVector(repeating: settings.zeroPoint)
    // A division takes as long as the sum of a small window, and most windows have as many places.
    var (count, factor) = (all, Vector(repeating: settings.scale / Float(all)))
    forEachWindow(of: pool, resultBytes: resultBytes, operands, samples) { places, result in
        var sum = IntegerVector(repeating: Int32(truncatingIfNeeded: places.count) &* -settings.sourceZeroPoint)
        places.forEach { sum = sum &+ $0 }
        let counted = countsPadding ? all : places.count
        if counted != count { (count, factor) = (counted, Vector(repeating: settings.scale / Float(counted))) }
        let value = lesser(highest, greater(lowest, numbers(sum) * factor))
        if resultBytes == 4 {
            result.storeBytes(of: value, as: Vector.self)
        } else {
            storeBytes(of: nearestIntegers(value) &+ zeroPoint, at: result)
        }
    }
}

/// The places of a window of a block of bytes that lie within the image.
private struct BytePlaces {
    let first: Bytes
    let rows: Int
    let columns: Int
    let rowStride: Int

    @inline(__always)
    var count: Int { rows &* columns }

    /// Calls `body` with the bytes of each place, row by row.
    @inline(__always)
    func forEach(_ body: (IntegerVector) -> Void) {
        var row = first
        for _ in 0..<rows {
            var place = row
            for _ in 0..<columns {
                body(loadedBytes(at: place))
                place += lanes
            }
            row += rowStride
        }
    }
}

/// Calls `body` with the places of each window and with where its result belongs.
@inline(__always)
private func forEachWindow(
    of settings: PoolParameters, resultBytes: Int, _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ samples: Int,
    _ body: (BytePlaces, Bytes) -> Void
) {
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let window = PoolWindow(settings)
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            let from = operands.bytes(0) + source.start(sample: sample, block: block)
            let to = operands.bytes(1) + destination.start(sample: sample, block: block) * resultBytes
            for y in 0..<destination.height {
                let rows = window.rows(at: y, limit: source.height)
                let row = from + (y * window.strideY - window.padTop + rows.lowerBound) * source.rowStride
                for x in 0..<destination.width {
                    let columns = window.columns(at: x, limit: source.width)
                    let places = BytePlaces(
                        first: row + (x * window.strideX - window.padLeft + columns.lowerBound) * lanes,
                        rows: rows.count, columns: columns.count, rowStride: source.rowStride)
                    body(places, to + (y * destination.rowStride + x * lanes) * resultBytes)
                }
            }
        }
    }
}
