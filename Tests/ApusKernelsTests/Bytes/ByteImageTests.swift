import ApusInstructions
import TestSupport
import Testing

/// Images of bytes, which are converted and get borders: against plain loops, to the bit.
@Suite struct ByteImageTests {
    @Test("images are converted as they should be", arguments: InstructionSet.available)
    func conversions(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let (channels, height, width) = (random.int(1...37), random.int(1...6), random.int(1...25))
            func layout() -> ImageLayout {
                random.layout(
                    channels: channels, height: height, width: width, block: random.chance(50) ? 1 : set.lanes)
            }
            let (from, to) = (layout(), layout())
            let kind = [(4, 1), (1, 4), (1, 1)][random.int(0...2)]
            var parameters = ConvertImageParameters(
                source: from, destination: to, sourceBytes: kind.0, resultBytes: kind.1)
            parameters.scale = [0.5, 0.0371, 2][random.int(0...2)]
            parameters.zeroPoint = Int32([0, 3, 128, 255][random.int(0...3)])
            let source = GuardedFloats(random.floats(2 * Int(from.sampleStride), in: -90...90))
            let destination = GuardedFloats(count: 2 * Int(to.sampleStride))
            set.run(.convertImage, [source, destination], parameters, samples: 2)
            let zero = Int(parameters.zeroPoint)
            to.forEach(samples: 2) { n, c, y, x in
                let (read, write) = (from.index(n, c, y, x), to.index(n, c, y, x))
                switch kind {
                case (4, 1):
                    let steps = (source[read] / parameters.scale).rounded(.toNearestOrEven)
                    let code = min(255, max(0, Int(steps) + zero))
                    #expect(Int(destination.byte(write)) == code, "seed \(seed), \(set)")
                case (1, 4):
                    let number = Float(Int(source.byte(read)) - zero) * parameters.scale
                    #expect(destination[write] == number, "seed \(seed), \(set)")
                default: #expect(destination.byte(write) == source.byte(read), "seed \(seed), \(set)")
                }
            }
            let mask = to.imageMask
            for place in 0..<to.sampleElements where !mask[place] {
                let isZero = kind.1 == 4 ? destination[place] == 0 : Int(destination.byte(place)) == zero
                #expect(isZero, "seed \(seed), \(set): the border at \(place)")
            }
        }
    }

    /// Where a quotient is half a step it becomes the even one, and the numbers beside it do not.
    @Test("bytes are those of a division by the scale", arguments: InstructionSet.available)
    func quotients(set: InstructionSet) {
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            let mantissa = random.chance(20) ? Float(1).nextDown : random.floats(1, in: 0.5...1)[0]
            var exponent = random.int(-12...12)
            if random.chance(10) { exponent = [-140, -100, 100][random.int(0...2)] }
            let scale = mantissa * Float(sign: .plus, exponent: exponent, significand: 1)
            let numbers: [Float] = (0..<100).map { _ in
                let near = (Float(random.int(-270...270)) + 0.5) * scale
                return [near, near.nextUp, near.nextDown, 3 * near, random.awkwardFloat()][random.int(0...4)]
            }
            let layout = ImageLayout(channels: 100, height: 1, width: 1)
            var parameters = ConvertImageParameters(source: layout, destination: layout, sourceBytes: 4, resultBytes: 1)
            (parameters.scale, parameters.zeroPoint) = (scale, 100)
            let destination = GuardedFloats(count: 25)
            set.run(.convertImage, [GuardedFloats(numbers), destination], parameters, samples: 1)
            for (place, number) in numbers.enumerated() where !number.isNaN {
                let steps = min(200, max(-200, (number / scale).rounded(.toNearestOrEven)))
                let code = min(255, max(0, Int(steps) + 100))
                #expect(Int(destination.byte(place)) == code, "seed \(seed), \(set): \(number) / \(scale)")
            }
        }
    }

    @Test("numbers become the nearest of bf16, and come back", arguments: InstructionSet.available)
    func bfloats(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let (channels, height, width) = (random.int(1...37), random.int(1...6), random.int(1...25))
            func layout() -> ImageLayout {
                random.layout(
                    channels: channels, height: height, width: width, block: random.chance(50) ? 1 : set.lanes)
            }
            let (from, between, to) = (layout(), layout(), layout())
            let numbers = (0..<2 * Int(from.sampleStride)).map { _ in random.awkwardFloat() }
            let source = GuardedFloats(numbers)
            let bfloats = GuardedFloats(count: Int(between.sampleStride))
            let others = GuardedFloats(count: Int(to.sampleStride))
            let result = GuardedFloats(count: 2 * Int(from.sampleStride))
            func convert(
                _ operands: [GuardedFloats], _ source: ImageLayout, _ destination: ImageLayout, _ bytes: (Int, Int)
            ) {
                set.run(
                    .convertImage, operands,
                    ConvertImageParameters(
                        source: source, destination: destination, sourceBytes: bytes.0, resultBytes: bytes.1),
                    samples: 2)
            }
            convert([source, bfloats], from, between, (4, 2))
            convert([bfloats, others], between, to, (2, 2))
            convert([others, result], to, from, (2, 4))
            from.forEach(samples: 2) { n, c, y, x in
                let place = from.index(n, c, y, x)
                let expected = nearestBFloat(source[place])
                let isRight = result[place].bitPattern == expected.bitPattern || expected.isNaN && result[place].isNaN
                #expect(isRight, "seed \(seed), \(set): \(source[place]) became \(result[place]), not \(expected)")
            }
        }
    }

    @Test("borders are filled, and images left alone", arguments: InstructionSet.available)
    func borders(set: InstructionSet) {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: seed)
            let layout = random.layout(
                channels: random.int(1...20), height: random.int(1...5), width: random.int(1...9),
                block: random.chance(50) ? 1 : set.lanes)
            let buffer = GuardedFloats(count: (2 * Int(layout.sampleStride) + 3) / 4, repeating: 1)
            let before = (0..<2 * Int(layout.sampleStride)).map { buffer.byte($0) }
            set.run(.fillBorder, [buffer], FillBorderParameters(layout, value: 77), samples: 2)
            let mask = layout.imageMask
            for place in before.indices {
                let inside = place % mask.count
                let isBorder = inside < layout.sampleElements && !mask[inside]
                #expect(buffer.byte(place) == (isBorder ? 77 : before[place]), "seed \(seed), \(set), \(layout)")
            }
        }
    }
}
