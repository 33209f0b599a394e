import ApusInstructions
import Testing

/// Depthwise convolutions between plain images, against plain loops.
@Suite struct PlainDepthwiseTests {
    @Test(arguments: InstructionSet.available)
    func sumsAreWhatPlainLoopsGive(set: InstructionSet) {
        var alongRows = 0
        for seed in 1...300 {
            var random = SeededGenerator(seed: seed)
            let parameters = Self.parameters(lanes: set.lanes, &random)
            if parameters.isAlongRows(lanes: set.lanes) { alongRows += 1 }
            check(parameters, samples: random.int(1...2), &random, set, "seed \(seed)")
        }
        #expect((50...250).contains(alongRows), "both ways are tried")
    }

    /// More rows than are in the scratch at a time.
    @Test(arguments: InstructionSet.available)
    func stripsFollowEachOther(set: InstructionSet) {
        for (kernel, step) in [(3, 1), (3, 2), (5, 2)] {
            var random = SeededGenerator(seed: kernel)
            let parameters = Self.parameters(
                source: (3, 96, 97), kernel: (kernel, kernel), stride: (step, step), pad: (1, 2), trim: (0, 0), &random)
            #expect(parameters.stripRows(lanes: set.lanes) < parameters.outputHeight)
            check(parameters, samples: 1, &random, set, "kernel \(kernel), stride \(step)")
        }
    }

    /// Images with two columns for each position, or one more, are read where they lie.
    @Test(arguments: InstructionSet.available)
    func rowsAreReadWhereTheyLie(set: InstructionSet) {
        var random = SeededGenerator(seed: 5)
        for (pad, trim) in [((0, 0), (-1, -1)), ((0, 0), (0, 0)), ((1, 1), (0, 0)), ((2, 1), (-2, 1))] {
            for width in [56, 57, 2 * random.int(24...60)] {
                let parameters = Self.parameters(
                    source: (3, random.int(4...20), width), kernel: (3, 3), stride: (2, 2), pad: pad, trim: trim,
                    &random)
                #expect(parameters.isAlongRows(lanes: set.lanes) || set.lanes > 4)
                check(parameters, samples: 2, &random, set, "width \(width), pad \(pad), trim \(trim)")
            }
        }
    }

    /// A random convolution whose source and destination have no fewer pixels than a vector has lanes.
    private static func parameters(lanes: Int, _ random: inout SeededGenerator) -> ConvolutionParameters {
        while true {
            // Half of them are what goes along rows where these are long enough.
            let isUsual = random.chance(50)
            let isSquare = isUsual || random.chance(50)
            let kernel = isUsual || random.chance(70) ? (random.chance(70) ? 3 : 5) : random.int(1...6)
            let step = isUsual || random.chance(80) ? random.int(1...2) : 3
            let isWide = isUsual || random.chance(60)
            let parameters = parameters(
                source: (random.int(1...37), random.int(1...14), random.int(isWide ? 20...80 : 1...14)),
                kernel: (isSquare ? kernel : random.int(1...5), kernel),
                stride: (isSquare ? step : random.int(1...3), step),
                dilation: isUsual || random.chance(80) ? (1, 1) : (random.int(1...2), random.int(1...2)),
                pad: (random.int(0...3), random.int(0...3)), trim: (random.int(-3...2), random.int(-3...2)), &random)
            guard parameters.outputHeight > 0, parameters.outputWidth > 0,
                min(parameters.source.sampleElements, parameters.destination.sampleElements)
                    >= lanes * Int(parameters.source.channels)
            else { continue }
            return parameters
        }
    }

    /// - Parameter trim: rows and columns at the end that are not read; below zero so many more than there are.
    private static func parameters(
        source: (channels: Int, height: Int, width: Int), kernel: (Int, Int), stride: (Int, Int),
        dilation: (Int, Int) = (1, 1), pad: (Int, Int), trim: (Int, Int), _ random: inout SeededGenerator
    ) -> ConvolutionParameters {
        func outputs(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int, _ trim: Int) -> Int {
            let room = size + pad - trim - (kernel - 1) * dilation - 1
            return room < 0 ? 0 : room / stride + 1
        }
        let height = outputs(source.height, kernel.0, stride.0, dilation.0, pad.0, trim.0)
        let width = outputs(source.width, kernel.1, stride.1, dilation.1, pad.1, trim.1)
        return .plain(
            source: source, result: (source.channels, height, width), kernel: kernel, stride: stride,
            dilation: dilation, pad: pad, &random)
    }

    private func check(
        _ parameters: ConvolutionParameters, samples: Int, _ random: inout SeededGenerator, _ set: InstructionSet,
        _ name: String
    ) {
        let (from, to) = (parameters.source, parameters.destination)
        let channels = Int(from.channels)
        let (kernelHeight, kernelWidth) = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        let values = random.wholeNumbers(samples * channels * Int(from.height * from.width))
        let weights = random.wholeNumbers(channels * kernelHeight * kernelWidth)
        let bias = random.chance(60) ? random.wholeNumbers(channels) : nil
        var packing = PackParameters(
            form: .depthwise, outputs: channels, inputs: channels, outputBlock: set.lanes, inputBlock: set.lanes)
        (packing.kernelHeight, packing.kernelWidth) = (parameters.kernelHeight, parameters.kernelWidth)
        packing.groups = from.channels
        let packed = GuardedFloats(count: packing.packedElements, repeating: garbage)
        set.run(.packWeights, [GuardedFloats(weights), packed], packing)
        let paddedBias = bias.map { $0 + [Float](repeating: 0, count: to.padding(to: set.lanes)) }
        let source = GuardedFloats(from.image(values, samples: samples))
        let destination = GuardedFloats(count: samples * Int(to.sampleStride))
        let scratch = GuardedFloats(count: parameters.plainDepthwiseScratchElements(lanes: set.lanes))
        set.run(
            .plainDepthwiseConvolution, [source, packed, paddedBias.map { GuardedFloats($0) }, destination, scratch],
            parameters, samples: samples)

        var expected = [Double?](repeating: nil, count: destination.count)
        to.forEach(samples: samples) { n, c, y, x in
            var sum = bias.map { Double($0[c]) } ?? 0
            for row in 0..<kernelHeight {
                for column in 0..<kernelWidth {
                    let sourceY = y * Int(parameters.strideY) + row * Int(parameters.dilationY) - Int(parameters.padTop)
                    let sourceX =
                        x * Int(parameters.strideX) + column * Int(parameters.dilationX) - Int(parameters.padLeft)
                    guard (0..<Int(from.height)).contains(sourceY), (0..<Int(from.width)).contains(sourceX) else {
                        continue
                    }
                    sum +=
                        Double(source[from.index(n, c, sourceY, sourceX)])
                        * Double(weights[(c * kernelHeight + row) * kernelWidth + column])
                }
            }
            expected[to.index(n, c, y, x)] = parameters.activated(sum)
        }
        let difference = firstDifference(destination.values, expected, tolerance: 0)
        #expect(difference == nil, "\(set), \(name), \(parameters)")
    }
}

extension ImageLayout {
    /// Channels that are missing in the last block.
    fileprivate func padding(to block: Int) -> Int { (block - Int(channels) % block) % block }
}
