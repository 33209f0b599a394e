import ApusInstructions

/// What becomes of the sums of a convolution of bytes by Winograd's algorithm: `Aᵀ m A`, divided by what it is too large, and then what
/// becomes of all sums of bytes.
struct WinogradCodeResults {
    private let quantized: QuantizedConvolutionParameters
    private let scale: Floats
    private let destination: Bytes
    private let steps: ImageSteps
    private let addend: Bytes?
    private let addendSteps: ImageSteps
    private let height: Int
    private let width: Int

    @inline(__always)
    init(_ quantized: QuantizedConvolutionParameters, scale: Floats, destination: Bytes, addend: Bytes?) {
        self.quantized = quantized
        self.scale = scale
        let steps = ImageSteps(quantized.convolution.destination, elementBytes: Int(quantized.resultBytes))
        self.steps = steps
        self.destination = destination + steps.origin
        let addendSteps = ImageSteps(quantized.convolution.addend)
        self.addendSteps = addendSteps
        self.addend = addend.map { $0 + addendSteps.origin }
        height = Int(quantized.convolution.outputHeight)
        width = Int(quantized.convolution.outputWidth)
    }

    /// Stores the results of an output block of the tiles of a pass.
    ///
    /// - Parameters:
    ///   - output: 0 or 1, of the pass's pair.
    ///   - position: of the first tile, of `count`.
    @inline(never)
    func store(
        _ pass: WinogradCodePass, _ output: Int, block: Int, _ sample: Int, _ position: TilePosition, _ count: Int
    ) {
        let scale = scale.vector(at: block &* lanes)
        let rows = WinogradCodeRows(
            scales: (
                scale * Vector(repeating: 0.25), scale * Vector(repeating: 0.125), scale * Vector(repeating: 0.0625),
                scale * Vector(repeating: 0.03125), scale * Vector(repeating: 0.015625)
            ),
            lowest: Vector(repeating: quantized.convolution.floor),
            highest: Vector(repeating: quantized.convolution.ceiling),
            rounding: ByteRounding(floor: quantized.convolution.floor, zeroPoint: quantized.zeroPoint),
            elementBytes: Int(quantized.resultBytes), addendZero: IntegerVector(repeating: quantized.addendZeroPoint),
            addendScale: Vector(repeating: quantized.addendScale), row: steps.row, addendRow: addendSteps.row)
        let start = destination + (sample &* steps.sample &+ block &* steps.block)
        let added = addend.map { $0 + (sample &* addendSteps.sample &+ block &* addendSteps.block) }
        var position = position
        var sums = pass.sums + 4 &* output &* lanes
        for _ in 0..<count {
            let (top, left) = (4 &* position.row, 4 &* position.column)
            rows.store(
                sums, pass.sumStep, min(4, height &- top), min(4, width &- left),
                start + (top &* steps.row &+ left &* lanes &* rows.elementBytes),
                added.map { $0 + (top &* addendSteps.row &+ left &* lanes) })
            sums += 8 * lanes
            position.advance()
        }
    }
}

/// How the sums of a tile become results: what is the same for all tiles of an output block.
private struct WinogradCodeRows {
    /// The scale of an output block divided by 2^2 to 2^6.
    let scales: (Vector, Vector, Vector, Vector, Vector)
    let lowest: Vector
    let highest: Vector
    let rounding: ByteRounding
    let elementBytes: Int
    let addendZero: IntegerVector
    let addendScale: Vector
    /// Bytes from a row of results to the next, and of the addend.
    let row: Int
    let addendRow: Int

    private typealias Four = (IntegerVector, IntegerVector, IntegerVector, IntegerVector)

    /// Stores `rows` rows and `columns` columns of a tile.
    @inline(__always)
    func store(_ sums: Bytes, _ step: Int, _ rows: Int, _ columns: Int, _ result: Bytes, _ addend: Bytes?) {
        let (a, b, c) = (column(0, sums, step), column(1, sums, step), column(2, sums, step))
        let (d, e, f) = (column(3, sums, step), column(4, sums, step), column(5, sums, step))
        // 2^k is 2^3, 2^2, 2 and 2 in a column, and so in a row.
        storeRow(
            combined(a.0, b.0, c.0, d.0, e.0, f.0), (scales.4, scales.3, scales.2, scales.2), columns, result, addend)
        guard rows > 1 else { return }
        storeRow(
            combined(a.1, b.1, c.1, d.1, e.1, f.1), (scales.3, scales.2, scales.1, scales.1), columns, result + row,
            addend.map { $0 + addendRow })
        guard rows > 2 else { return }
        storeRow(
            combined(a.2, b.2, c.2, d.2, e.2, f.2), (scales.2, scales.1, scales.0, scales.0), columns,
            result + 2 &* row, addend.map { $0 + 2 &* addendRow })
        guard rows > 3 else { return }
        storeRow(
            combined(a.3, b.3, c.3, d.3, e.3, f.3), (scales.2, scales.1, scales.0, scales.0), columns,
            result + 3 &* row, addend.map { $0 + 3 &* addendRow })
    }

    @inline(__always)
    private func column(_ number: Int, _ sums: Bytes, _ step: Int) -> Four {
        @inline(__always)
        func sum(_ row: Int) -> IntegerVector {
            sums.loadUnaligned(fromByteOffset: (6 * row + number) &* step, as: IntegerVector.self)
        }
        return combined(sum(0), sum(1), sum(2), sum(3), sum(4), sum(5))
    }

    /// Six frequencies as four results, which are 24, 12, 6 and 6 times what they should be.
    @inline(__always)
    private func combined(
        _ a: IntegerVector, _ b: IntegerVector, _ c: IntegerVector, _ d: IntegerVector, _ e: IntegerVector,
        _ f: IntegerVector
    ) -> Four {
        let (inner, innerDifference) = (b &+ c, b &- c)
        let (outer, outerDifference) = (d &+ e, d &- e)
        let twice = inner &+ inner
        return (
            a &+ outer &+ (twice &+ twice), innerDifference &+ innerDifference &+ outerDifference, inner &+ outer,
            innerDifference &+ f &+ (outerDifference &+ outerDifference)
        )
    }

    @inline(__always)
    private func storeRow(
        _ sums: Four, _ scales: (Vector, Vector, Vector, Vector), _ columns: Int, _ result: Bytes, _ addend: Bytes?
    ) {
        // The inverse of 9 modulo 2^32.
        let inverse = IntegerVector(repeating: 0x38E3_8E39)
        var values = (
            numbers(sums.0 &* inverse) * scales.0, numbers(sums.1 &* inverse) * scales.1,
            numbers(sums.2 &* inverse) * scales.2, numbers(sums.3 &* inverse) * scales.3
        )
        if let addend {
            values.0 += added(addend)
            if columns > 1 { values.1 += added(addend + lanes) }
            if columns > 2 { values.2 += added(addend + 2 * lanes) }
            if columns > 3 { values.3 += added(addend + 3 * lanes) }
        }
        let limited = (
            lesser(highest, values.0), lesser(highest, values.1), lesser(highest, values.2), lesser(highest, values.3)
        )
        if elementBytes == 4 {
            storeFloats(limited, columns, result)
        } else {
            storeBytes(limited, columns, result)
        }
    }

    /// The numbers that the addend's bytes stand for, in units of the result.
    @inline(__always)
    private func added(_ address: Bytes) -> Vector { numbers(loadedBytes(at: address) &- addendZero) * addendScale }

    @inline(__always)
    private func storeFloats(_ values: FourVectors, _ columns: Int, _ result: Bytes) {
        result.storeBytes(of: greater(lowest, values.0), as: Vector.self)
        if columns > 1 { (result + 4 * lanes).storeBytes(of: greater(lowest, values.1), as: Vector.self) }
        if columns > 2 { (result + 8 * lanes).storeBytes(of: greater(lowest, values.2), as: Vector.self) }
        if columns > 3 { (result + 12 * lanes).storeBytes(of: greater(lowest, values.3), as: Vector.self) }
    }

    @inline(__always)
    private func storeBytes(_ values: FourVectors, _ columns: Int, _ result: Bytes) {
        let bytes = rounding.bytes(values.0, values.1, values.2, values.3)
        if columns == 4 { return result.storeBytes(of: bytes, as: FourVectorsOfBytes.self) }
        storePart(0, of: bytes, at: result)
        if columns > 1 { storePart(1, of: bytes, at: result + lanes) }
        if columns > 2 { storePart(2, of: bytes, at: result + 2 * lanes) }
    }
}
