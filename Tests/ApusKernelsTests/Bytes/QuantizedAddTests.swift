import ApusInstructions
import TestSupport
import Testing

/// Sums and tables of bytes by every set of kernels, against plain loops: to the bit.
@Suite struct QuantizedAddTests {
    @Test("sums are the definition's, on an operand too", arguments: InstructionSet.available)
    func sums(set: InstructionSet) {
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            let block = random.chance(30) ? 1 : set.lanes
            let (channels, height, width) = (random.int(1...37), random.int(1...5), random.int(1...25))
            func layout() -> ImageLayout {
                random.layout(channels: channels, height: height, width: width, block: block)
            }
            let (first, second) = (layout(), layout())
            let isInPlace = random.chance(30)
            let to = isInPlace ? first : layout()
            var parameters = QuantizedAddParameters(first: first, second: second, destination: to)
            (parameters.firstScale, parameters.secondScale) = (random.floats(1, in: 0.01...2)[0], 0.37)
            (parameters.firstZeroPoint, parameters.secondZeroPoint) = (Int32(random.int(0...255)), 128)
            (parameters.floor, parameters.ceiling, parameters.zeroPoint) = random.rounding()
            let a = random.bytes(2 * Int(first.sampleStride))
            let b = random.bytes(2 * Int(second.sampleStride))
            let before = isInPlace ? a : random.bytes(2 * Int(to.sampleStride))
            let result = GuardedFloats(bytes: before)
            let operands = [isInPlace ? result : GuardedFloats(bytes: a), GuardedFloats(bytes: b), result]
            set.run(.quantizedAdd, operands, parameters, samples: 2)
            let difference = to.firstDifference(
                from: { n, c, y, x in
                    let x1 = Float(Int32(a[first.index(n, c, y, x)]) - parameters.firstZeroPoint)
                    let x2 = Float(Int32(b[second.index(n, c, y, x)]) - parameters.secondZeroPoint)
                    return roundedByte(
                        x1 * parameters.firstScale + x2 * parameters.secondScale, floor: parameters.floor,
                        ceiling: parameters.ceiling, zeroPoint: parameters.zeroPoint)
                }, in: result, before: before, samples: 2)
            #expect(difference == nil, "seed \(seed), \(set), \(parameters)")
        }
    }

    @Test("tables are looked up, on the operand too", arguments: InstructionSet.available)
    func tables(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let block = random.chance(30) ? 1 : set.lanes
            let (channels, height, width) = (random.int(1...37), random.int(1...5), random.int(1...25))
            let from = random.layout(channels: channels, height: height, width: width, block: block)
            let isInPlace = random.chance(30)
            let to =
                isInPlace ? from : random.layout(channels: channels, height: height, width: width, block: block)
            let table = random.bytes(256)
            let source = random.bytes(2 * Int(from.sampleStride))
            let before = isInPlace ? source : random.bytes(2 * Int(to.sampleStride))
            let result = GuardedFloats(bytes: before)
            let operands = [isInPlace ? result : GuardedFloats(bytes: source), GuardedFloats(bytes: table), result]
            set.run(
                .byteTable, operands, ByteTableParameters(source: from, destination: to), samples: 2)
            let difference = to.firstDifference(
                from: { table[Int(source[from.index($0, $1, $2, $3)])] }, in: result, before: before, samples: 2)
            #expect(difference == nil, "seed \(seed), \(set), \(from) \(to)")
        }
    }
}
