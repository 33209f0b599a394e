import ApusInstructions
import Testing

@Suite struct PoolingTests {
    /// A random pooling, with a source and a destination of matching sizes.
    struct Case {
        var parameters: PoolParameters
        var samples: Int
        var argmaxBytes: Int

        init(_ random: inout SeededGenerator, lanes: Int, padded: Bool, overlapping: Bool) {
            let (height, width) = (random.int(1...3), random.int(1...3))
            let (strideY, strideX) = overlapping ? (random.int(1...3), random.int(1...3)) : (height, width)
            let padTop = padded ? random.int(0...height - 1) : 0
            let padLeft = padded ? random.int(0...width - 1) : 0
            let channels = random.int(1...37)
            let source = random.layout(
                channels: channels, height: height + random.int(0...7), width: width + random.int(0...7),
                block: lanes)
            let destination = random.layout(
                channels: channels, height: (Int(source.height) + padTop - height) / strideY + 1,
                width: (Int(source.width) + padLeft - width) / strideX + 1, block: lanes)
            parameters = PoolParameters(
                source: source, destination: destination, window: (height, width), stride: (strideY, strideX))
            parameters.padTop = Int32(padTop)
            parameters.padLeft = Int32(padLeft)
            parameters.countPadding = Int32(random.int(0...1))
            samples = random.int(1...3)
            let bytes = destination.blocks * Int(destination.height) * Int(destination.width) * lanes
            parameters.argmaxStride = Int32((bytes + 63) / 64 * 64)
            argmaxBytes = samples * Int(parameters.argmaxStride)
        }

        /// The places of a window that lie in the image: index in the window, row, column.
        func places(_ y: Int, _ x: Int) -> [(index: Int, y: Int, x: Int)] {
            var result: [(Int, Int, Int)] = []
            for i in 0..<Int(parameters.windowHeight) {
                for j in 0..<Int(parameters.windowWidth) {
                    let row = y * Int(parameters.strideY) + i - Int(parameters.padTop)
                    let column = x * Int(parameters.strideX) + j - Int(parameters.padLeft)
                    if row >= 0 && row < parameters.source.height && column >= 0 && column < parameters.source.width {
                        result.append((i * Int(parameters.windowWidth) + j, row, column))
                    }
                }
            }
            return result
        }

        /// Where the choice of an output is.
        func argmaxIndex(_ n: Int, _ c: Int, _ y: Int, _ x: Int, lanes: Int) -> Int {
            let destination = parameters.destination
            return n * Int(parameters.argmaxStride)
                + ((c / lanes * Int(destination.height) + y) * Int(destination.width) + x) * lanes + c % lanes
        }
    }

    @Test(arguments: InstructionSet.available)
    func maxPoolTakesTheFirstMaximum(set: InstructionSet) {
        for seed in 0..<150 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random, lanes: set.lanes, padded: seed % 2 == 0, overlapping: seed % 3 == 0)
            let (from, to) = (test.parameters.source, test.parameters.destination)
            // Few different values, so that there are ties.
            let source = GuardedFloats(random.image(from, samples: test.samples).map { ($0 * 2).rounded() })
            let destination = GuardedFloats(count: test.samples * Int(to.sampleStride))
            let argmax = GuardedFloats(count: test.argmaxBytes / 4)
            let withArgmax = seed % 5 != 0
            set.run(
                .maxPool, [source, destination, withArgmax ? argmax : nil], test.parameters, samples: test.samples)
            var expected = [Double?](repeating: nil, count: destination.count)
            var wrongArgmaxes = 0
            to.forEach(samples: test.samples) { n, c, y, x in
                let places = test.places(y, x)
                let values = places.map { source[from.index(n, c, $0.y, $0.x)] }
                let maximum = values.max()!
                expected[to.index(n, c, y, x)] = Double(maximum)
                let first = places[values.firstIndex(of: maximum)!].index
                if withArgmax, argmax.byte(test.argmaxIndex(n, c, y, x, lanes: set.lanes)) != first {
                    wrongArgmaxes += 1
                }
            }
            let difference = firstDifference(destination.values, expected, tolerance: 0)
            #expect(difference == nil, "seed \(seed), \(test.parameters)")
            #expect(wrongArgmaxes == 0, "seed \(seed), \(test.parameters)")
            #expect(firstTouchedBorder(destination.values, to) == nil, "seed \(seed)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func maxPoolShowsWhatIsNotANumber(set: InstructionSet) {
        for place in 0..<4 {
            let from = ImageLayout(channels: 1, height: 2, width: 2, channelBlock: set.lanes)
            let to = ImageLayout(channels: 1, height: 1, width: 1, channelBlock: set.lanes)
            var values = [Float](repeating: 1, count: from.sampleElements)
            values[from.index(0, 0, place / 2, place % 2)] = .nan
            let destination = GuardedFloats(count: to.sampleElements, repeating: 0)
            let parameters = PoolParameters(source: from, destination: to, window: (2, 2), stride: (2, 2))
            set.run(.maxPool, [GuardedFloats(values), destination, nil], parameters)
            #expect(destination[0].isNaN, "place \(place)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func maxPoolGradientGoesToTheFirstMaximum(set: InstructionSet) {
        for seed in 0..<150 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random, lanes: set.lanes, padded: seed % 2 == 0, overlapping: seed % 3 != 0)
            let (from, to) = (test.parameters.source, test.parameters.destination)
            let source = GuardedFloats(random.image(from, samples: test.samples).map { ($0 * 2).rounded() })
            let gradient = GuardedFloats(random.image(to, samples: test.samples))
            let result = GuardedFloats(count: test.samples * Int(from.sampleStride))
            set.run(.maxPoolGradient, [source, gradient, result], test.parameters, samples: test.samples)
            var expected = [Double?](repeating: nil, count: result.count)
            from.forEach(samples: test.samples) { n, c, y, x in expected[from.index(n, c, y, x)] = 0 }
            to.forEach(samples: test.samples) { n, c, y, x in
                let places = test.places(y, x)
                let values = places.map { source[from.index(n, c, $0.y, $0.x)] }
                let first = places[values.firstIndex(of: values.max()!)!]
                expected[from.index(n, c, first.y, first.x)]! += Double(gradient[to.index(n, c, y, x)])
            }
            let difference = firstDifference(result.values, expected, tolerance: 1e-6)
            #expect(difference == nil, "seed \(seed), \(test.parameters)")
            #expect(firstTouchedBorder(result.values, from) == nil, "seed \(seed)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func maxUnpoolFollowsTheArgmax(set: InstructionSet) {
        for seed in 0..<150 {
            var random = SeededGenerator(seed: seed)
            var test = Case(&random, lanes: set.lanes, padded: false, overlapping: false)
            if seed % 3 == 0 {
                // Windows with gaps between them.
                test.parameters.windowHeight = Int32(random.int(1...Int(test.parameters.windowHeight)))
                test.parameters.windowWidth = Int32(random.int(1...Int(test.parameters.windowWidth)))
            }
            let (from, to) = (test.parameters.source, test.parameters.destination)
            let window = Int(test.parameters.windowHeight * test.parameters.windowWidth)
            let gradient = GuardedFloats(random.image(to, samples: test.samples))
            let argmax = GuardedFloats(count: test.argmaxBytes / 4)
            for index in 0..<test.argmaxBytes {
                let value = random.int(0...window)
                argmax.address.storeBytes(of: value == window ? 255 : UInt8(value), toByteOffset: index, as: UInt8.self)
            }
            let result = GuardedFloats(count: test.samples * Int(from.sampleStride))
            set.run(.maxUnpool, [argmax, gradient, result], test.parameters, samples: test.samples)
            var expected = [Double?](repeating: nil, count: result.count)
            from.forEach(samples: test.samples) { n, c, y, x in expected[from.index(n, c, y, x)] = 0 }
            to.forEach(samples: test.samples) { n, c, y, x in
                let chosen = Int(argmax.byte(test.argmaxIndex(n, c, y, x, lanes: set.lanes)))
                for place in test.places(y, x) where place.index == chosen {
                    expected[from.index(n, c, place.y, place.x)] = Double(gradient[to.index(n, c, y, x)])
                }
            }
            let difference = firstDifference(result.values, expected, tolerance: 0)
            #expect(difference == nil, "seed \(seed), \(test.parameters)")
            #expect(firstTouchedBorder(result.values, from) == nil, "seed \(seed)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func averagePoolAndItsGradient(set: InstructionSet) {
        for seed in 0..<150 {
            var random = SeededGenerator(seed: seed)
            let test = Case(&random, lanes: set.lanes, padded: seed % 2 == 0, overlapping: seed % 3 != 0)
            let (from, to) = (test.parameters.source, test.parameters.destination)
            let source = GuardedFloats(random.image(from, samples: test.samples))
            let destination = GuardedFloats(count: test.samples * Int(to.sampleStride))
            set.run(.averagePool, [source, destination], test.parameters, samples: test.samples)
            let gradient = GuardedFloats(random.image(to, samples: test.samples))
            let result = GuardedFloats(count: test.samples * Int(from.sampleStride))
            set.run(.averagePoolGradient, [gradient, result], test.parameters, samples: test.samples)

            var expected = [Double?](repeating: nil, count: destination.count)
            var expectedGradient = [Double?](repeating: nil, count: result.count)
            from.forEach(samples: test.samples) { n, c, y, x in expectedGradient[from.index(n, c, y, x)] = 0 }
            to.forEach(samples: test.samples) { n, c, y, x in
                let places = test.places(y, x)
                let window = Int(test.parameters.windowHeight * test.parameters.windowWidth)
                let share = 1 / Double(test.parameters.countPadding == 1 ? window : places.count)
                let sum = places.reduce(0) { $0 + Double(source[from.index(n, c, $1.y, $1.x)]) }
                expected[to.index(n, c, y, x)] = sum * share
                for place in places {
                    expectedGradient[from.index(n, c, place.y, place.x)]! +=
                        Double(gradient[to.index(n, c, y, x)]) * share
                }
            }
            let difference = firstDifference(destination.values, expected, tolerance: 1e-6)
            #expect(difference == nil, "seed \(seed), \(test.parameters)")
            #expect(firstTouchedBorder(destination.values, to) == nil, "seed \(seed)")
            let gradientDifference = firstDifference(result.values, expectedGradient, tolerance: 2e-6)
            #expect(gradientDifference == nil, "seed \(seed), \(test.parameters)")
            #expect(firstTouchedBorder(result.values, from) == nil, "seed \(seed)")
        }
    }
}
