import ApusInstructions
import CPlatform

/// They are large: handed on by their address, so that nobody copies them.
typealias DepthwiseLoopsPointer = UnsafeMutablePointer<DepthwiseByteLoops>

/// The loops of a depthwise convolution of bytes. Steps are bytes.
struct DepthwiseByteLoops {
    let kernelHeight: Int
    let kernelWidth: Int
    /// Words of four columns of a kernel's row.
    let groups: Int
    /// Of the source, between rows and columns of the kernel.
    let kernelRow: Int
    let kernelColumn: Int
    /// Columns of the result, and how far apart they are in the source and the destination.
    let columns: Int
    let columnStep: Int
    let resultStep: Int
    /// Columns of the result whose words of four columns would reach behind the row, and by how many columns the first of them does.
    let lastColumns: Int
    let firstMissing: Int
    let resultRow: Int
    let addendRow: Int
    /// Whether ``DepthwiseByteTile`` can compute it.
    let readsWords: Bool
    let storesFloats: Bool
    let lowest: Vector
    let highest: Vector
    let rounding: ByteRounding
    let addendZero: IntegerVector
    let addendScale: Vector
    /// Of a block.
    var output = WordTileMemory.Output()

    init(_ settings: QuantizedConvolutionParameters, _ source: ImageSteps) {
        let own = settings.convolution
        kernelHeight = Int(own.kernelHeight)
        kernelWidth = Int(own.kernelWidth)
        groups = (kernelWidth &+ 3) / 4
        kernelRow = Int(own.dilationY) &* source.row
        kernelColumn = Int(own.dilationX) &* lanes
        columns = Int(own.outputWidth)
        columnStep = Int(own.strideX) &* lanes
        resultStep = lanes &* Int(settings.resultBytes)
        let stride = Int(own.strideX)
        let read = (columns &- 1) &* stride &+ kernelWidth
        lastColumns = min(columns, (4 &- kernelWidth &+ stride &- 1) / stride)
        firstMissing = (columns &- lastColumns) &* stride &+ 4 &- read
        readsWords = kernelHeight == 3 && 2...4 ~= kernelWidth && own.dilationX == 1 && read >= 4
        resultRow = ImageSteps(own.destination).row &* Int(settings.resultBytes)
        addendRow = ImageSteps(own.addend).row
        storesFloats = settings.resultBytes == 4
        lowest = Vector(repeating: own.floor)
        highest = Vector(repeating: own.ceiling)
        rounding = ByteRounding(floor: own.floor, zeroPoint: settings.zeroPoint)
        addendZero = IntegerVector(repeating: settings.addendZeroPoint)
        addendScale = Vector(repeating: settings.addendScale)
    }

    /// Bytes of up to four columns of each channel, from the group's first on.
    @inline(__always)
    func word(_ row: Bytes, _ group: Int) -> IntegerVector {
        let first = row + 4 &* group &* kernelColumn
        let count = kernelWidth &- 4 &* group
        let none = IntegerVector()
        let a = loadedBytes(at: first)
        if count == 1 { return a }
        let b = loadedBytes(at: first + kernelColumn)
        if count == 2 { return wordOfBytes(a, b, none, none) }
        let c = loadedBytes(at: first + 2 &* kernelColumn)
        if count == 3 { return wordOfBytes(a, b, c, none) }
        return wordOfBytes(a, b, c, loadedBytes(at: first + 3 &* kernelColumn))
    }

    /// Makes results of the first `count` of some sums, one below the other, and stores them.
    @inline(__always)
    func store(
        _ sums: (IntegerVector, IntegerVector, IntegerVector, IntegerVector), count: Int, _ result: Bytes,
        _ addend: Bytes?
    ) {
        @inline(__always)
        func number(_ row: Int, _ sum: IntegerVector) -> Vector {
            var value = FourBytes.value(sum, output)
            if let addend { value += numbers(loadedBytes(at: addend + row &* addendRow) &- addendZero) * addendScale }
            return output.isLimited ? lesser(highest, value) : value
        }
        let first = number(0, sums.0)
        let second = count > 1 ? number(1, sums.1) : first
        let third = count > 2 ? number(2, sums.2) : second
        let fourth = count > 3 ? number(3, sums.3) : third
        if storesFloats {
            store(first, result)
            if count > 1 { store(second, result + resultRow) }
            if count > 2 { store(third, result + 2 &* resultRow) }
            if count > 3 { store(fourth, result + 3 &* resultRow) }
        } else {
            let bytes = rounding.bytes(first, second, third, fourth)
            storePart(0, of: bytes, at: result)
            if count > 1 { storePart(1, of: bytes, at: result + resultRow) }
            if count > 2 { storePart(2, of: bytes, at: result + 2 &* resultRow) }
            if count > 3 { storePart(3, of: bytes, at: result + 3 &* resultRow) }
        }
    }

    @inline(__always)
    private func store(_ number: Vector, _ result: Bytes) {
        result.storeBytes(of: lesser(highest, greater(lowest, number)), as: Vector.self)
    }
}

/// Four bytes in each lane, of which the first are the lowest.
@inline(__always)
private func wordOfBytes(
    _ a: IntegerVector, _ b: IntegerVector, _ c: IntegerVector, _ d: IntegerVector
) -> IntegerVector {
    #if VECTOR_16
        apus_word_of_bytes_16(a, b, c, d)
    #elseif VECTOR_8
        apus_word_of_bytes_8(a, b, c, d)
    #else
        apus_word_of_bytes_4(a, b, c, d)
    #endif
}
