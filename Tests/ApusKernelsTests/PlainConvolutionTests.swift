import ApusInstructions
import Testing

/// Convolutions between plain images, against plain loops.
@Suite struct PlainConvolutionTests {
    @Test(arguments: InstructionSet.available)
    func sumsAreWhatPlainLoopsGive(set: InstructionSet) {
        var alongRows = 0
        for seed in 1...300 {
            var random = SeededGenerator(seed: seed)
            let parameters = Self.parameters(lanes: set.lanes, &random)
            if PlainConvolutionStrip(parameters, lanes: set.lanes).isAlongRows { alongRows += 1 }
            check(parameters, samples: random.int(1...2), &random, set, "seed \(seed)")
        }
        #expect((30...270).contains(alongRows), "both orders of positions are tried")
    }

    /// Each size of a panel, with more rows than a strip has.
    @Test(arguments: InstructionSet.available)
    func stripsOfEveryPanelFollowEachOther(set: InstructionSet) {
        for filters in 1...25 {
            var random = SeededGenerator(seed: filters)
            let parameters = Self.parameters(
                source: (7, 40, 64), filters: filters, kernel: (3, 3), stride: (1, 1),
                pad: (1, random.int(0...1)), &random)
            #expect(PlainConvolutionStrip(parameters, lanes: set.lanes).rows < parameters.outputHeight)
            check(parameters, samples: 1, &random, set, "\(filters) filters")
        }
    }

    /// Some rows of a result are computed as its parts are, with room for no more than the whole asks for.
    @Test(arguments: InstructionSet.available)
    func partsAreSomeRows(set: InstructionSet) throws {
        for seed in 1...40 {
            var random = SeededGenerator(seed: seed)
            let whole = Self.parameters(lanes: set.lanes, &random)
            let definition = try PlainConvolutionInstruction(ParameterBytes(whole), lanes: set.lanes)
            let height = Int(whole.outputHeight)
            let first = random.int(0...height - 1)
            let rows = first..<random.int(first + 1...height)
            let partition = try #require(definition.partitions.first)
            let bytes = partition.part(rows).parameters
            let part = try ParameterBytes(bytes).load(ConvolutionParameters.self)
            #expect(
                PlainConvolutionStrip(part, lanes: set.lanes).scratchElements
                    <= PlainConvolutionStrip(whole, lanes: set.lanes).scratchElements, "seed \(seed)")
            check(part, samples: random.int(1...2), &random, set, "seed \(seed), rows \(rows)")
        }
    }

    private static func parameters(lanes: Int, _ random: inout SeededGenerator) -> ConvolutionParameters {
        while true {
            let isSquare = random.chance(70)
            let kernel = random.int(1...5)
            let step = random.chance(80) ? random.int(1...2) : 3
            let width = random.chance(40) ? step * lanes * random.int(1...4) : random.int(1...60)
            let parameters = parameters(
                source: (random.int(1...9), random.int(1...20), width), filters: random.int(1...30),
                kernel: (isSquare ? kernel : random.int(1...5), kernel),
                stride: (isSquare ? step : random.int(1...3), step),
                dilation: random.chance(80) ? (1, 1) : (random.int(1...2), random.int(1...3)),
                pad: (random.int(0...3), random.chance(50) ? kernel / 2 : random.int(0...3)), &random)
            if parameters.outputHeight > 0, parameters.outputWidth > 0 { return parameters }
        }
    }

    /// What is read after the source's end is as much as before it, or so that there are as many columns as in the source.
    private static func parameters(
        source: (channels: Int, height: Int, width: Int), filters: Int, kernel: (Int, Int), stride: (Int, Int),
        dilation: (Int, Int) = (1, 1), pad: (Int, Int), _ random: inout SeededGenerator
    ) -> ConvolutionParameters {
        func outputs(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int) -> Int {
            let room = size + 2 * pad - (kernel - 1) * dilation - 1
            return room < 0 ? 0 : room / stride + 1
        }
        let height = outputs(source.height, kernel.0, stride.0, dilation.0, pad.0)
        let width =
            random.chance(50) ? source.width / stride.1 : outputs(source.width, kernel.1, stride.1, dilation.1, pad.1)
        return .plain(
            source: source, result: (filters, height, width), kernel: kernel, stride: stride, dilation: dilation,
            pad: pad, &random)
    }

    private func check(
        _ parameters: ConvolutionParameters, samples: Int, _ random: inout SeededGenerator, _ set: InstructionSet,
        _ name: String
    ) {
        let (from, to) = (parameters.source, parameters.destination)
        let (channels, filters) = (Int(from.channels), Int(to.channels))
        let (kernelHeight, kernelWidth) = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        let depth = channels * kernelHeight * kernelWidth
        let values = random.wholeNumbers(samples * channels * Int(from.height * from.width))
        let weights = random.wholeNumbers(filters * depth)
        let bias = random.chance(60) ? random.wholeNumbers(filters) : nil
        let strip = PlainConvolutionStrip(parameters, lanes: set.lanes)
        let packed = GuardedFloats(
            count: MatrixTile.packedElements(lines: filters, depth: depth, width: strip.panel), repeating: garbage)
        set.run(
            .packMatrix, [GuardedFloats(weights), packed],
            PackMatrixParameters(
                lines: filters, depth: depth, width: strip.panel, lineStride: depth, depthStride: 1))
        let padding = [Float](repeating: 0, count: filters.roundedUp(to: strip.panel) - filters)
        let paddedBias = bias.map { GuardedFloats($0 + padding) }
        let source = GuardedFloats(from.image(values, samples: samples))
        let destination = GuardedFloats(count: samples * Int(to.sampleStride))
        let scratch = GuardedFloats(count: strip.scratchElements)
        set.run(
            .plainConvolution, [source, packed, paddedBias, destination, scratch], parameters, samples: samples)

        var expected = [Double?](repeating: nil, count: destination.count)
        to.forEach(samples: samples) { n, o, y, x in
            var sum = bias.map { Double($0[o]) } ?? 0
            for channel in 0..<channels {
                for i in 0..<kernelHeight {
                    for j in 0..<kernelWidth {
                        let row = y * Int(parameters.strideY) + i * Int(parameters.dilationY) - Int(parameters.padTop)
                        let column =
                            x * Int(parameters.strideX) + j * Int(parameters.dilationX) - Int(parameters.padLeft)
                        guard (0..<Int(from.height)).contains(row), (0..<Int(from.width)).contains(column) else {
                            continue
                        }
                        sum +=
                            Double(source[from.index(n, channel, row, column)])
                            * Double(weights[((o * channels + channel) * kernelHeight + i) * kernelWidth + j])
                    }
                }
            }
            expected[to.index(n, o, y, x)] = parameters.activated(sum)
        }
        let difference = firstDifference(destination.values, expected, tolerance: 0)
        #expect(difference == nil, "\(set), \(name), \(parameters)")
    }
}
