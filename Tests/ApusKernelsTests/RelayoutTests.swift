import ApusInstructions
import Testing

@Suite struct RelayoutTests {
    @Test(arguments: InstructionSet.available)
    func everyElementMovesAndAllElseIsZero(set: InstructionSet) {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let (channels, height) = (random.int(1...37), random.int(1...9))
            let width = random.chance(80) ? random.int(1...19) : random.int(60...80)
            let blocks = [1, set.lanes, 1, set.lanes, 3, 4]
            let from = random.layout(
                channels: channels, height: height, width: width, block: blocks.randomElement(using: &random)!)
            let to = random.layout(
                channels: channels, height: height, width: width, block: blocks.randomElement(using: &random)!)
            let samples = random.int(1...3)
            let source = GuardedFloats(random.image(from, samples: samples))
            let destination = GuardedFloats(count: samples * Int(to.sampleStride))
            set.run(
                .relayout, [source, destination], RelayoutParameters(source: from, destination: to), samples: samples)
            var expected = [Double?](repeating: nil, count: destination.count)
            for sample in 0..<samples {
                for element in 0..<to.sampleElements {
                    expected[sample * Int(to.sampleStride) + element] = 0
                }
            }
            to.forEach(samples: samples) { n, c, y, x in
                expected[to.index(n, c, y, x)] = Double(source[from.index(n, c, y, x)])
            }
            let difference = firstDifference(destination.values, expected, tolerance: 0)
            #expect(difference == nil, "seed \(seed), \(from) to \(to)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func clearBorderClearsTheBorderAlone(set: InstructionSet) {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: seed)
            let layout = random.layout(
                channels: random.int(1...37), height: random.int(1...9), width: random.int(1...19),
                block: seed % 2 == 0 ? 1 : set.lanes, maximumBorder: 3)
            let samples = random.int(1...3)
            let buffer = GuardedFloats(random.image(layout, samples: samples))
            let before = buffer.values
            // Rows by rows it is the same border.
            let cut = random.int(0...Int(layout.height))
            for rows in [0..<cut, cut..<Int(layout.height)] where !rows.isEmpty {
                var parameters = ClearBorderParameters(layout)
                parameters.firstRow = Int32(rows.lowerBound)
                parameters.rows = Int32(rows.count)
                set.run(.clearBorder, [buffer], parameters, samples: samples)
            }
            let mask = layout.imageMask
            let expected: [Double?] = before.indices.map { index in
                let place = index % mask.count
                return mask[place] || place >= layout.sampleElements ? Double(before[index]) : 0
            }
            let difference = firstDifference(buffer.values, expected, tolerance: 0)
            #expect(difference == nil, "seed \(seed), \(layout)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func dilatePutsZerosBetweenPixels(set: InstructionSet) {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: seed)
            let (channels, height, width) = (random.int(1...20), random.int(1...5), random.int(1...5))
            let (strideY, strideX) = (random.int(1...3), random.int(1...3))
            let block = [1, set.lanes, 2].randomElement(using: &random)!
            let from = random.layout(channels: channels, height: height, width: width, block: block)
            let to = random.layout(
                channels: channels, height: (height - 1) * strideY + random.int(1...3),
                width: (width - 1) * strideX + random.int(1...3), block: block)
            let source = GuardedFloats(random.image(from, samples: 2))
            let destination = GuardedFloats(count: 2 * Int(to.sampleStride))
            let parameters = DilateParameters(source: from, destination: to, strideY: strideY, strideX: strideX)
            set.run(.dilate, [source, destination], parameters, samples: 2)
            var expected = [Double?](repeating: nil, count: destination.count)
            for sample in 0..<2 {
                for element in 0..<to.sampleElements {
                    expected[sample * Int(to.sampleStride) + element] = 0
                }
                // What unused lanes hold is open.
                for channel in channels..<max(channels, to.blocks * block) {
                    for y in 0..<height {
                        for x in 0..<width {
                            expected[to.index(sample, channel, y * strideY, x * strideX)] = nil
                        }
                    }
                }
            }
            from.forEach(samples: 2) { n, c, y, x in
                expected[to.index(n, c, y * strideY, x * strideX)] = Double(source[from.index(n, c, y, x)])
            }
            let difference = firstDifference(destination.values, expected, tolerance: 0)
            #expect(difference == nil, "seed \(seed), \(parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func interleavePutsFourImagesIntoOne(set: InstructionSet) {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: seed)
            let (channels, height, width) = (random.int(1...37), random.int(1...7), random.int(1...7))
            let to = random.layout(channels: channels, height: height, width: width, block: set.lanes)
            let destination = GuardedFloats(count: 2 * Int(to.sampleStride))
            var expected = [Double?](repeating: nil, count: destination.count)
            var (sources, strides): ([GuardedFloats?], InlineArray<4, Int32>) = ([], .init(repeating: 0))
            for part in 0..<4 {
                let size = InterleaveParameters.size(of: part, height: height, width: width)
                var from = ImageLayout(
                    channels: channels, height: size.height, width: size.width, channelBlock: set.lanes)
                from.sampleStride += Int32(random.int(0...1) * 16)
                strides[part] = from.sampleStride
                let values = GuardedFloats(random.image(from, samples: 2))
                let isThere = random.chance(80) && size.height > 0 && size.width > 0
                sources.append(isThere ? values : nil)
                from.forEach(samples: 2) { n, c, y, x in
                    expected[to.index(n, c, 2 * y + part / 2, 2 * x + part % 2)] =
                        isThere ? Double(values[from.index(n, c, y, x)]) : 0
                }
            }
            let parameters = InterleaveParameters(destination: to, sampleStrides: strides)
            set.run(.interleave, sources + [destination], parameters, samples: 2)
            let difference =
                firstDifference(destination.values, expected, tolerance: 0)
                ?? firstTouchedBorder(destination.values, to)
            #expect(difference == nil, "seed \(seed), \(parameters)")
        }
    }
}
