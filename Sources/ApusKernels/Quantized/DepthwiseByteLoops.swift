import ApusInstructions
import CPlatform

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
    let zeroPoint: IntegerVector
    let addendZero: IntegerVector
    let addendScale: Vector
    /// Of a block.
    var start = IntegerVector()
    var scale = Vector()

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
        zeroPoint = IntegerVector(repeating: settings.zeroPoint)
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

    @inline(__always)
    func store(_ sum: IntegerVector, _ result: Bytes, _ addend: Bytes?) {
        var value = numbers(sum) * scale
        if let addend { value += numbers(loadedBytes(at: addend) &- addendZero) * addendScale }
        value = lesser(highest, greater(lowest, value))
        if storesFloats {
            result.storeBytes(of: value, as: Vector.self)
        } else {
            storeBytes(of: nearestIntegers(value) &+ zeroPoint, at: result)
        }
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
