import ApusInstructions
import Testing

/// Pointwise convolutions between plain images, against plain loops.
@Suite struct PlainPointwiseTests {
    @Test(arguments: InstructionSet.available)
    func sumsAreWhatPlainLoopsGive(set: InstructionSet) {
        for seed in 1...200 {
            var random = SeededGenerator(seed: seed)
            let pixels = set.lanes + random.int(0...(random.chance(50) ? 5 * set.lanes : 200))
            let channels = random.int(1...40)
            let filters = random.int(1...40)
            check(channels: channels, filters: filters, pixels: pixels, &random, set, "seed \(seed)")
        }
    }

    /// Each size of a panel, with tiles of several vectors and of one.
    @Test(arguments: InstructionSet.available)
    func panelsOfEverySize(set: InstructionSet) {
        for filters in 1...PointwiseTile.maximumPanel(lanes: set.lanes) {
            var random = SeededGenerator(seed: filters)
            #expect(PointwiseTile.panel(filters: filters, lanes: set.lanes) == filters)
            check(channels: 7, filters: filters, pixels: 9 * set.lanes + 3, &random, set, "\(filters) filters")
        }
    }

    private func check(
        channels: Int, filters: Int, pixels: Int, _ random: inout SeededGenerator, _ set: InstructionSet, _ name: String
    ) {
        let samples = random.int(1...2)
        var parameters = PlainPointwiseParameters(
            channels: channels, filters: filters, pixels: pixels, lanes: set.lanes)
        parameters.sourceSampleStride += Int32(random.int(0...1) * 16)
        parameters.destinationSampleStride += Int32(random.int(0...1) * 16)
        parameters.activation = Int32(random.int(0...2))
        (parameters.floor, parameters.ceiling) = (Float(random.int(-20...0)), Float(random.int(0...40)))
        let (from, to) = (Int(parameters.sourceSampleStride), Int(parameters.destinationSampleStride))
        let source = GuardedFloats(random.wholeNumbers((samples - 1) * from + channels * pixels))
        let weights = random.wholeNumbers(filters * channels)
        let bias = random.chance(60) ? random.wholeNumbers(filters) : nil
        let paddedBias = bias.map { $0 + [Float](repeating: 0, count: parameters.paddedFilters - filters) }
        let packed = GuardedFloats(count: parameters.packedElements, repeating: garbage)
        set.run(
            .packMatrix, [GuardedFloats(weights), packed],
            PackMatrixParameters(
                lines: filters, depth: channels, width: Int(parameters.panel), lineStride: channels, depthStride: 1))
        let destination = GuardedFloats(count: (samples - 1) * to + filters * pixels)
        set.run(
            .plainPointwiseConvolution, [source, packed, paddedBias.map { GuardedFloats($0) }, destination], parameters,
            samples: samples)

        var expected = [Double?](repeating: nil, count: destination.count)
        for sample in 0..<samples {
            for filter in 0..<filters {
                for pixel in 0..<pixels {
                    let sum = (0..<channels).reduce(bias.map { Double($0[filter]) } ?? 0) { sum, channel in
                        sum + Double(weights[filter * channels + channel])
                            * Double(source[sample * from + channel * pixels + pixel])
                    }
                    expected[sample * to + filter * pixels + pixel] = parameters.activated(sum)
                }
            }
        }
        let difference = firstDifference(destination.values, expected, tolerance: 0)
        #expect(difference == nil, "\(set), \(name), \(parameters)")
    }
}
