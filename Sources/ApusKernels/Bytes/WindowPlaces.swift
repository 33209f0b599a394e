import ApusInstructions

/// The places of a window of a block that lie within the image. Steps are bytes.
struct WindowPlaces {
    let first: Bytes
    let rows: Int
    let columns: Int
    let rowStep: Int
    let columnStep: Int

    @inline(__always)
    var count: Int { rows &* columns }

    /// Calls `body` with the address of each place, row by row.
    @inline(__always)
    func forEach(_ body: (Bytes) -> Void) {
        var row = first
        for _ in 0..<rows {
            var place = row
            for _ in 0..<columns {
                body(place)
                place += columnStep
            }
            row += rowStep
        }
    }
}

/// Calls `body` with the places of each window and with where its result belongs, of images whose elements have so many bytes.
@inline(__always)
func forEachWindow(
    of settings: PoolParameters, sourceBytes: Int, resultBytes: Int,
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>,
    _ samples: Int, _ body: (WindowPlaces, Bytes) -> Void
) {
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let window = PoolWindow(settings)
    let (rowStep, columnStep) = (source.rowStride * sourceBytes, lanes * sourceBytes)
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            let from = operands.bytes(0) + source.start(sample: sample, block: block) * sourceBytes
            let to = operands.bytes(1) + destination.start(sample: sample, block: block) * resultBytes
            for y in 0..<destination.height {
                let rows = window.rows(at: y, limit: source.height)
                let row = from + (y * window.strideY - window.padTop + rows.lowerBound) * rowStep
                for x in 0..<destination.width {
                    let columns = window.columns(at: x, limit: source.width)
                    let places = WindowPlaces(
                        first: row + (x * window.strideX - window.padLeft + columns.lowerBound) * columnStep,
                        rows: rows.count, columns: columns.count, rowStep: rowStep, columnStep: columnStep)
                    body(places, to + (y * destination.rowStride + x * lanes) * resultBytes)
                }
            }
        }
    }
}
