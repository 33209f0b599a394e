import ApusInstructions
import TestSupport
import Testing

/// Pools of bytes and of bf16 by every set of kernels, against plain loops: to the bit.
@Suite struct QuantizedPoolTests {
    @Test("the greatest bytes of windows", arguments: InstructionSet.available)
    func maxima(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let pool = random.pool(lanes: set.lanes)
            let source = random.bytes(2 * Int(pool.source.sampleStride))
            let before = random.bytes(2 * Int(pool.destination.sampleStride))
            let result = GuardedFloats(bytes: before)
            set.run(.quantizedMaxPool, [GuardedFloats(bytes: source), result], pool, samples: 2)
            let difference = pool.destination.firstDifference(
                from: { n, c, y, x in pool.places(y, x).map { source[pool.source.index(n, c, $0, $1)] }.max() ?? 0 },
                in: result, before: before, samples: 2)
            #expect(difference == nil, "seed \(seed), \(set), \(pool)")
        }
    }

    @Test("the greatest numbers of bf16", arguments: InstructionSet.available)
    func maximaOfBFloats(set: InstructionSet) {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: seed)
            let pool = random.pool(lanes: set.lanes)
            // The upper halves of these are the numbers.
            let numbers = random.floats(2 * Int(pool.source.sampleStride), in: -3...3)
            let source = numbers.flatMap { number in [16, 24].map { UInt8(number.bitPattern >> $0 & 255) } }
            let before = random.bytes(4 * Int(pool.destination.sampleStride))
            let result = GuardedFloats(bytes: before)
            set.run(.bfloat16MaxPool, [GuardedFloats(bytes: source), result], pool, samples: 2)
            let difference = pool.destination.firstDifference(
                bytes: 2,
                from: { n, c, y, x in
                    let greatest = pool.places(y, x).map { numbers[pool.source.index(n, c, $0, $1)] }.max() ?? 0
                    return [16, 24].map { UInt8(greatest.bitPattern >> $0 & 255) }
                }, in: result, before: before, samples: 2)
            #expect(difference == nil, "seed \(seed), \(set), \(pool)")
        }
    }

    @Test("the means of windows, as bytes and as numbers", arguments: InstructionSet.available)
    func means(set: InstructionSet) {
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            var pool = random.pool(lanes: set.lanes)
            pool.countPadding = random.chance(50) ? 1 : 0
            var parameters = QuantizedAveragePoolParameters(pool)
            parameters.sourceZeroPoint = Int32(random.int(0...255))
            parameters.scale = random.floats(1, in: 0.01...3)[0]
            (parameters.floor, parameters.ceiling, parameters.zeroPoint) = random.rounding()
            let isBytes = random.chance(60)
            if !isBytes { (parameters.resultBytes, parameters.zeroPoint) = (4, 0) }
            let source = random.bytes(2 * Int(pool.source.sampleStride))
            func value(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Float {
                let places = pool.places(y, x)
                let sum = places.reduce(Int32(0)) {
                    $0 + Int32(source[pool.source.index(n, c, $1.0, $1.1)]) - parameters.sourceZeroPoint
                }
                let count = pool.countPadding == 1 ? Int(pool.windowHeight * pool.windowWidth) : places.count
                return Float(sum) * (parameters.scale / Float(count))
            }
            let count = 2 * Int(pool.destination.sampleStride)
            if isBytes {
                let before = random.bytes(count)
                let result = GuardedFloats(bytes: before)
                set.run(.quantizedAveragePool, [GuardedFloats(bytes: source), result], parameters, samples: 2)
                let difference = pool.destination.firstDifference(
                    from: {
                        roundedByte(
                            value($0, $1, $2, $3), floor: parameters.floor, ceiling: parameters.ceiling,
                            zeroPoint: parameters.zeroPoint)
                    }, in: result, before: before, samples: 2)
                #expect(difference == nil, "seed \(seed), \(set), \(parameters)")
            } else {
                let result = GuardedFloats(count: count)
                set.run(.quantizedAveragePool, [GuardedFloats(bytes: source), result], parameters, samples: 2)
                pool.destination.forEach(samples: 2) { n, c, y, x in
                    let limited = min(parameters.ceiling, max(parameters.floor, value(n, c, y, x)))
                    #expect(result[pool.destination.index(n, c, y, x)] == limited, "seed \(seed), \(set)")
                }
            }
        }
    }
}

extension SeededGenerator {
    /// Windows on images of bytes, each with a place in the image.
    fileprivate mutating func pool(lanes: Int) -> PoolParameters {
        let window = (height: int(1...4), width: int(1...4))
        let stride = (y: int(1...3), x: int(1...3))
        let size = (height: int(1...9), width: int(1...12))
        let pad = (top: int(0...window.height - 1), left: int(0...window.width - 1))
        let channels = int(1...2 * lanes + 3)
        let result = (
            height: int(1...max(1, (size.height - 1 + pad.top) / stride.y + 1)),
            width: int(1...max(1, (size.width - 1 + pad.left) / stride.x + 1))
        )
        var parameters = PoolParameters(
            source: layout(channels: channels, height: size.height, width: size.width, block: lanes),
            destination: layout(channels: channels, height: result.height, width: result.width, block: lanes),
            window: window, stride: stride)
        (parameters.padTop, parameters.padLeft) = (Int32(pad.top), Int32(pad.left))
        return parameters
    }
}

extension PoolParameters {
    /// The rows and columns of a window that lie within the image.
    fileprivate func places(_ y: Int, _ x: Int) -> [(Int, Int)] {
        (0..<Int(windowHeight)).flatMap { i in
            (0..<Int(windowWidth)).map { j in
                (y * Int(strideY) + i - Int(padTop), x * Int(strideX) + j - Int(padLeft))
            }
        }.filter { (0..<Int(source.height)).contains($0.0) && (0..<Int(source.width)).contains($0.1) }
    }
}
