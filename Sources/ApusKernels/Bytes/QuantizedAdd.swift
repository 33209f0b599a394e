import ApusInstructions

func quantizedAdd(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: QuantizedAddParameters.self)
    let (first, second) = (Image(settings.first), Image(settings.second))
    let destination = Image(settings.destination)
    let addition = ByteAddition(settings)
    let count = destination.width * destination.block
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            var a = operands.bytes(0) + first.start(sample: sample, block: block)
            var b = operands.bytes(1) + second.start(sample: sample, block: block)
            var to = operands.bytes(2) + destination.start(sample: sample, block: block)
            for _ in 0..<destination.height {
                addition.add(a, b, to, count: count)
                a += first.rowStride
                b += second.rowStride
                to += destination.rowStride
            }
        }
    }
}

/// How the sum of two bytes' numbers becomes a byte.
private struct ByteAddition {
    let firstScale, secondScale, lowest, highest: Vector
    let firstZero, secondZero, zeroPoint: IntegerVector

    init(_ parameters: QuantizedAddParameters) {
        firstScale = Vector(repeating: parameters.firstScale)
        secondScale = Vector(repeating: parameters.secondScale)
        lowest = Vector(repeating: parameters.floor)
        highest = Vector(repeating: parameters.ceiling)
        firstZero = IntegerVector(repeating: parameters.firstZeroPoint)
        secondZero = IntegerVector(repeating: parameters.secondZeroPoint)
        zeroPoint = IntegerVector(repeating: parameters.zeroPoint)
    }

    @inline(__always)
    private func sum(_ first: IntegerVector, _ second: IntegerVector) -> IntegerVector {
        let value = numbers(first &- firstZero) * firstScale + numbers(second &- secondZero) * secondScale
        return nearestIntegers(lesser(highest, greater(lowest, value))) &+ zeroPoint
    }

    /// Adds bytes that follow each other. The result may lie on one of them.
    @inline(__always)
    func add(_ first: Bytes, _ second: Bytes, _ result: Bytes, count: Int) {
        var index = 0
        while index + lanes <= count {
            storeBytes(of: sum(loadedBytes(at: first + index), loadedBytes(at: second + index)), at: result + index)
            index += lanes
        }
        while index < count {
            let a = IntegerVector(repeating: Int32(first.load(fromByteOffset: index, as: UInt8.self)))
            let b = IntegerVector(repeating: Int32(second.load(fromByteOffset: index, as: UInt8.self)))
            result.storeBytes(of: UInt8(truncatingIfNeeded: sum(a, b)[0]), toByteOffset: index, as: UInt8.self)
            index += 1
        }
    }
}
