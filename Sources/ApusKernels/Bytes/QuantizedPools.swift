import ApusInstructions

func quantizedMaxPool(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: PoolParameters.self)
    forEachWindow(of: settings, sourceBytes: 1, resultBytes: 1, operands, samples) { places, result in
        var greatest = IntegerVector()
        places.forEach { greatest = FourBytes.maximum(greatest, loadedBytes(at: $0)) }
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
    forEachWindow(of: pool, sourceBytes: 1, resultBytes: resultBytes, operands, samples) { places, result in
        var sum = IntegerVector(repeating: Int32(truncatingIfNeeded: places.count) &* -settings.sourceZeroPoint)
        places.forEach { sum = sum &+ loadedBytes(at: $0) }
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
