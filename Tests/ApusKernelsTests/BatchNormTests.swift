import ApusInstructions
import Testing

/// A batch is cut into shards, whose sums are taken apart and combined.
@Suite struct BatchNormTests {
    /// A random batch of images, and what batch norm makes of it by plain loops in double precision.
    private struct Batch {
        let from: ImageLayout
        let to: ImageLayout
        /// The layout of the source's gradient.
        let result: ImageLayout
        let samples: Int
        /// The first sample of each shard, and the end. Some shards have none.
        let cuts: [Int]
        let source: [Float]
        let gradient: [Float]
        let scale: [Float]
        let bias: [Float]
        var means: [Double]
        var variances: [Double]
        var scaleGradients: [Double]
        var biasGradients: [Double]
        var destination: [Double?]
        var sourceGradient: [Double?]

        var channels: Int { scale.count }
        var parameters: BatchNormParameters { BatchNormParameters(source: from, destination: to, epsilon: 1e-3) }
        var shards: Range<Int> { 0..<cuts.count - 1 }

        init(seed: Int, lanes: Int) {
            var random = SeededGenerator(seed: seed)
            let (channels, height, width) = (random.int(1...37), random.int(1...7), random.int(1...9))
            from = random.layout(channels: channels, height: height, width: width, block: lanes)
            to = random.layout(channels: channels, height: height, width: width, block: lanes)
            result = random.layout(channels: channels, height: height, width: width, block: lanes)
            samples = random.int(1...6)
            cuts =
                [0] + [random.int(0...samples), random.int(0...samples), random.int(0...samples)].sorted() + [samples]
            source = random.image(from, samples: samples, in: 3...7)
            gradient = random.image(to, samples: samples)
            scale = random.floats(channels)
            bias = random.floats(channels)
            let count = Double(samples * height * width)
            means = [Double](repeating: 0, count: channels)
            (variances, scaleGradients, biasGradients) = (means, means, means)
            destination = [Double?](repeating: nil, count: gradient.count)
            sourceGradient = [Double?](repeating: nil, count: samples * Int(result.sampleStride))
            from.forEach(samples: samples) { n, c, y, x in means[c] += Double(source[from.index(n, c, y, x)]) / count }
            from.forEach(samples: samples) { n, c, y, x in
                let difference = Double(source[from.index(n, c, y, x)]) - means[c]
                variances[c] += difference * difference / count
            }
            let inverses = variances.map { 1 / ($0 + 1e-3).squareRoot() }
            from.forEach(samples: samples) { n, c, y, x in
                let normal = (Double(source[from.index(n, c, y, x)]) - means[c]) * inverses[c]
                destination[to.index(n, c, y, x)] = normal * Double(scale[c]) + Double(bias[c])
                biasGradients[c] += Double(gradient[to.index(n, c, y, x)])
                scaleGradients[c] += Double(gradient[to.index(n, c, y, x)]) * normal
            }
            from.forEach(samples: samples) { n, c, y, x in
                let normal = (Double(source[from.index(n, c, y, x)]) - means[c]) * inverses[c]
                let rest =
                    Double(gradient[to.index(n, c, y, x)]) - biasGradients[c] / count
                    - normal * scaleGradients[c] / count
                sourceGradient[result.index(n, c, y, x)] = Double(scale[c]) * inverses[c] * rest
            }
        }

        /// The samples of a shard of an image.
        func samples(of shard: Int, _ image: [Float], _ layout: ImageLayout) -> GuardedFloats {
            let stride = Int(layout.sampleStride)
            return GuardedFloats(Array(image[cuts[shard] * stride..<cuts[shard + 1] * stride]))
        }

        func count(_ shard: Int) -> Int { cuts[shard + 1] - cuts[shard] }
    }

    /// Takes the statistics of each shard and combines them.
    private static func statistics(
        _ batch: Batch, _ set: InstructionSet
    ) -> (mean: GuardedFloats, variance: GuardedFloats) {
        let elements = BatchStatisticsParameters.elements(channels: batch.channels, lanes: set.lanes)
        let stride = elements + 5
        var all = [Float](repeating: 0, count: batch.shards.count * stride)
        for shard in batch.shards where batch.count(shard) > 0 {
            let own = GuardedFloats(count: elements, repeating: 0)
            set.run(
                .batchStatistics, [batch.samples(of: shard, batch.source, batch.from), own],
                BatchStatisticsParameters(source: batch.from), samples: batch.count(shard))
            all.replaceSubrange(shard * stride..<shard * stride + elements, with: own.values)
        }
        let mean = GuardedFloats(count: batch.channels)
        let variance = GuardedFloats(count: batch.channels)
        set.run(
            .combineStatistics, [GuardedFloats(all), mean, variance],
            CombineStatisticsParameters(channels: batch.channels, stride: stride, shards: batch.shards.count))
        return (mean, variance)
    }

    @Test(arguments: InstructionSet.available)
    func agreesWithPlainLoops(set: InstructionSet) {
        for seed in 0..<100 {
            let batch = Batch(seed: seed, lanes: set.lanes)
            let (mean, variance) = Self.statistics(batch, set)
            let scale = GuardedFloats(batch.scale)
            let destination = GuardedFloats(count: batch.gradient.count)
            set.run(
                .batchNorm,
                [GuardedFloats(batch.source), scale, GuardedFloats(batch.bias), mean, variance, destination],
                batch.parameters, samples: batch.samples)

            // The scale's and the bias's gradients are added to, by one shard after the other.
            let scaleGradient = GuardedFloats(count: batch.channels, repeating: 0)
            let biasGradient = GuardedFloats(count: batch.channels, repeating: 0)
            for shard in batch.shards where batch.count(shard) > 0 {
                set.run(
                    .batchNormGradientSums,
                    [
                        batch.samples(of: shard, batch.source, batch.from),
                        batch.samples(of: shard, batch.gradient, batch.to), mean, variance, scaleGradient, biasGradient,
                    ], batch.parameters, samples: batch.count(shard))
            }
            var arguments = RunArguments()
            arguments.inverseBatch = 1 / Float(batch.samples)
            let sourceGradient = GuardedFloats(count: batch.sourceGradient.count)
            set.run(
                .batchNormGradient,
                [
                    GuardedFloats(batch.source), GuardedFloats(batch.gradient), scale, mean, variance, scaleGradient,
                    biasGradient, sourceGradient, operand(arguments),
                ],
                BatchNormGradientParameters(
                    norm: batch.parameters, result: batch.result,
                    count: Int(batch.from.height * batch.from.width)),
                samples: batch.samples)

            let comparisons: [(String, GuardedFloats, [Double?], Double)] = [
                ("mean", mean, batch.means, 1e-6),
                ("variance", variance, batch.variances, 1e-5),
                ("destination", destination, batch.destination, 2e-4),
                ("scale gradient", scaleGradient, batch.scaleGradients, 1e-3),
                ("bias gradient", biasGradient, batch.biasGradients, 1e-4),
                ("source gradient", sourceGradient, batch.sourceGradient, 1e-3),
            ]
            for (name, actual, wanted, tolerance) in comparisons {
                let difference = firstDifference(actual.values, wanted, tolerance: tolerance)
                #expect(difference == nil, "\(name), seed \(seed), \(batch.from), cuts \(batch.cuts)")
            }
            for (image, layout) in [(destination, batch.to), (sourceGradient, batch.result)] {
                #expect(firstTouchedBorder(image.values, layout) == nil, "seed \(seed)")
                // Unused lanes stay finite, whatever the source's hold.
                let mask = layout.imageMask
                let finite = image.values.enumerated().allSatisfy { !mask[$0 % mask.count] || $1.isFinite }
                #expect(finite, "seed \(seed), \(layout)")
            }
        }
    }

    /// Nothing cancels where the elements are large and their differences small.
    @Test(arguments: InstructionSet.available)
    func varianceOfLargeElements(set: InstructionSet) {
        let layout = ImageLayout(channels: 1, height: 8, width: 8, channelBlock: set.lanes)
        let elements = BatchStatisticsParameters.elements(channels: 1, lanes: set.lanes)
        var all = [Float](repeating: 0, count: 4 * elements)
        var numbers: [Double] = []
        for shard in 0..<4 {
            var image = [Float](repeating: 0, count: Int(layout.sampleStride))
            for pixel in 0..<64 {
                image[pixel * set.lanes] = 10_000 + Float(shard) + Float(pixel % 8) / 8
                numbers.append(Double(image[pixel * set.lanes]))
            }
            let own = GuardedFloats(count: elements, repeating: 0)
            set.run(.batchStatistics, [GuardedFloats(image), own], BatchStatisticsParameters(source: layout))
            all.replaceSubrange(shard * elements..<(shard + 1) * elements, with: own.values)
        }
        let (mean, variance) = (GuardedFloats(count: 1), GuardedFloats(count: 1))
        set.run(
            .combineStatistics, [GuardedFloats(all), mean, variance],
            CombineStatisticsParameters(channels: 1, stride: elements, shards: 4))
        let exactMean = numbers.reduce(0, +) / 256
        let exact = numbers.reduce(0) { $0 + ($1 - exactMean) * ($1 - exactMean) } / 256
        #expect(abs(Double(variance[0]) - exact) < 1e-6 * exact, "\(variance[0]), exactly \(exact)")
    }

    private func operand(_ arguments: RunArguments) -> GuardedFloats {
        withUnsafeBytes(of: arguments) { GuardedFloats(Array($0.bindMemory(to: Float.self))) }
    }
}
