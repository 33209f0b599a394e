import ApusInstructions
import Testing

/// Kernels that read the gradient of an image as a max-pool with windows of 2 × 2 left it, beside the same kernels on the
/// image that `maxUnpool` makes.
@Suite struct PooledGradientTests {
    /// A random gradient of a pool, its argmaxes, and the image behind it.
    private struct Gradient {
        let samples: Int
        let layout: ImageLayout
        let stored: GuardedFloats
        let argmaxes: GuardedFloats
        let argmaxStride: Int32
        let imageLayout: ImageLayout
        let image: GuardedFloats

        /// The border that input tiles from `padTop` and `padLeft` before the image on reach, in rows and columns.
        typealias Border = (top: Int, left: Int, bottom: Int, right: Int)

        /// - Parameter border: the least border of the image. The pooled gradient has one of as many whole windows; where it
        ///   is nil, that is not a number.
        init(
            _ random: inout SeededGenerator, _ set: InstructionSet, samples: Int, channels: Int, height: Int,
            width: Int,
            border: Border? = nil
        ) {
            self.samples = samples
            var layout = random.layout(channels: channels, height: height / 2, width: width / 2, block: set.lanes)
            if let border {
                layout.top += Int32((border.top + 1) / 2)
                layout.left += Int32((border.left + 1) / 2)
                // The last row and column may be in no window.
                layout.bottom += Int32((border.bottom + height % 2 + 1) / 2)
                layout.right += Int32((border.right + width % 2 + 1) / 2)
                layout.sampleStride = Int32(layout.sampleElements + random.int(0...5))
            }
            self.layout = layout
            // What is in the gaps, and in the border where nobody asks for one, would be seen if it were read.
            stored = GuardedFloats(random.image(layout, samples: samples, in: -9...9).map { $0.rounded() })
            if border != nil { set.run(.clearBorder, [stored], ClearBorderParameters(layout), samples: samples) }
            let bytes = layout.blocks * (height / 2) * (width / 2) * set.lanes
            argmaxStride = Int32((bytes + random.int(0...1) * 16 + 3) / 4 * 4)
            argmaxes = GuardedFloats(count: samples * Int(argmaxStride) / 4)
            for index in 0..<samples * Int(argmaxStride) {
                let place = random.int(0...4)
                argmaxes.address.storeBytes(of: place == 4 ? 255 : UInt8(place), toByteOffset: index, as: UInt8.self)
            }
            imageLayout = ImageLayout(
                channels: channels, height: height, width: width, channelBlock: set.lanes,
                top: border?.top ?? 0, left: border?.left ?? 0, bottom: border?.bottom ?? 0,
                right: border?.right ?? 0)
            image = GuardedFloats(count: samples * Int(imageLayout.sampleStride), repeating: .nan)
            var pool = PoolParameters(source: imageLayout, destination: layout, window: (2, 2), stride: (2, 2))
            pool.argmaxStride = argmaxStride
            set.run(.maxUnpool, [argmaxes, stored, image], pool, samples: samples)
            set.run(.clearBorder, [image], ClearBorderParameters(imageLayout), samples: samples)
        }
    }

    @Test(arguments: InstructionSet.available, WinogradTile.squares)
    func inputGradientsHaveTheBitsOfThoseOfTheImage(set: InstructionSet, tile: WinogradTile) {
        for seed in 1...60 {
            var random = SeededGenerator(seed: seed)
            let (height, width) = (random.int(2...13), random.int(2...17))
            let output = (height: random.int(1...14), width: random.int(1...18))
            let padTop = random.int(-1...3)
            let padLeft = padTop + 2 * random.int(padTop > 0 ? -1...1 : 0...1)
            func reach(_ outputs: Int, _ tile: Int32) -> Int { (outputs + Int(tile) - 1) / Int(tile) * Int(tile) + 2 }
            let gradient = Gradient(
                &random, set, samples: random.int(1...3), channels: random.int(1...40), height: height, width: width,
                border: (
                    max(0, padTop), max(0, padLeft), max(0, reach(output.height, tile.height) - padTop - height),
                    max(0, reach(output.width, tile.width) - padLeft - width)
                ))
            let destination = random.layout(
                channels: random.int(1...40), height: output.height, width: output.width, block: set.lanes)
            var parameters = WinogradParameters(
                source: gradient.imageLayout, destination: destination, tile: tile)
            (parameters.padTop, parameters.padLeft) = (Int32(padTop), Int32(padLeft))
            (parameters.outputHeight, parameters.outputWidth) = (Int32(output.height), Int32(output.width))
            parameters.passTiles = Int32(random.int(1...20))
            parameters.productBlocks = Int32(random.int(1...3) * 2)
            let weights = GuardedFloats(
                random.floats(
                    tile.frequencies * destination.blocks * gradient.layout.blocks * set.lanes * set.lanes))
            func result(_ source: GuardedFloats, argmaxes: GuardedFloats?) -> [UInt32] {
                let result = GuardedFloats(count: gradient.samples * Int(destination.sampleStride), repeating: 555)
                let scratch = GuardedFloats(count: parameters.convolutionScratchElements(lanes: set.lanes))
                set.run(
                    .winogradConvolution, [source, weights, nil, result, nil, scratch, nil, argmaxes], parameters,
                    samples: gradient.samples)
                return result.values.map(\.bitPattern)
            }
            let expected = result(gradient.image, argmaxes: nil)
            parameters.source = gradient.layout
            parameters.unpools = 1
            parameters.sourceArgmaxStride = gradient.argmaxStride
            #expect(
                result(gradient.stored, argmaxes: gradient.argmaxes) == expected, "\(set), seed \(seed), \(parameters)")
        }
    }

    @Test(arguments: InstructionSet.available, WinogradTile.ofWeightGradients)
    func transformedWeightGradientsHaveTheBitsOfThoseOfTheImage(set: InstructionSet, tile: WinogradTile) {
        for seed in 1...60 {
            let work = WinogradCase(seed: seed, lanes: set.lanes, tile: tile, pooled: true)
            var parameters = work.parameters
            var random = SeededGenerator(seed: seed + 1000)
            let gradient = Gradient(
                &random, set, samples: work.samples, channels: work.outputs, height: Int(parameters.outputHeight),
                width: Int(parameters.outputWidth))
            let source = GuardedFloats(parameters.source.image(work.source, samples: work.samples))
            func result(_ gradients: GuardedFloats, argmaxes: GuardedFloats?) -> [[UInt32]] {
                let weights = GuardedFloats(count: work.packing(lanes: set.lanes).packedElements, repeating: 2)
                let bias = work.bias.map { _ in
                    GuardedFloats(count: gradient.layout.blocks * set.lanes, repeating: 3)
                }
                let scratch = GuardedFloats(count: parameters.gradientScratchElements(lanes: set.lanes))
                set.run(
                    .winogradWeightGradient, [source, gradients, weights, bias, scratch, argmaxes], parameters,
                    samples: work.samples)
                return [weights, bias].map { $0?.values.map(\.bitPattern) ?? [] }
            }
            parameters.destination = gradient.layout
            parameters.argmaxStride = gradient.argmaxStride
            let found = result(gradient.stored, argmaxes: gradient.argmaxes)
            // Behind the last whole window are zeros alone.
            (parameters.outputHeight, parameters.outputWidth) = (
                parameters.outputHeight / 2 * 2, parameters.outputWidth / 2 * 2
            )
            (parameters.poolHeight, parameters.poolWidth) = (0, 0)
            parameters.destination = gradient.imageLayout
            #expect(found == result(gradient.image, argmaxes: nil), "\(set), \(work)")
        }
    }

    /// Whole numbers, because sums are taken in another order.
    @Test(arguments: InstructionSet.available)
    func weightGradientsOfSingleChannelsAreThoseOfTheImage(set: InstructionSet) {
        for seed in 1...120 {
            var random = SeededGenerator(seed: seed)
            let kernel = (height: random.int(1...7), width: random.int(1...7))
            let pad = (top: random.int(0...3), left: random.int(0...3))
            let groups = random.chance(70) ? 1 : 2
            let inputs = groups * random.int(1...4)
            let outputs = groups == 1 ? random.int(1...40) : groups * set.lanes * random.int(1...2)
            let (height, width) = (random.int(2...9), random.int(2...21))
            let gradient = Gradient(
                &random, set, samples: random.int(1...3), channels: outputs, height: height, width: width)
            // Rows and columns of the source that are read, some of which are its border.
            let read = (height: height + kernel.height - 1, width: width + kernel.width - 1)
            let size = (
                height: max(1, read.height - pad.top - random.int(0...2)),
                width: max(1, read.width - pad.left - random.int(0...2))
            )
            var layout = ImageLayout(
                channels: inputs, height: size.height, width: size.width, top: pad.top + random.int(0...1),
                left: pad.left + random.int(0...1), bottom: max(0, read.height - pad.top - size.height),
                right: max(0, read.width - pad.left - size.width))
            layout.sampleStride += Int32(random.int(0...5))
            let source = GuardedFloats(
                layout.image(
                    random.wholeNumbers(gradient.samples * inputs * size.height * size.width),
                    samples: gradient.samples))
            var parameters = ConvolutionParameters(source: layout, destination: gradient.imageLayout)
            (parameters.kernelHeight, parameters.kernelWidth) = (Int32(kernel.height), Int32(kernel.width))
            (parameters.padTop, parameters.padLeft) = (Int32(pad.top), Int32(pad.left))
            (parameters.outputHeight, parameters.outputWidth) = (Int32(height), Int32(width))
            parameters.inputBlocks = Int32(inputs / groups)
            parameters.outputBlocks = Int32(gradient.layout.blocks / groups)
            let wantsBias = random.chance(60)
            func result(_ gradients: GuardedFloats, argmaxes: GuardedFloats?) -> [[Float]] {
                let weights = GuardedFloats(
                    count: gradient.layout.blocks * set.lanes * inputs / groups * kernel.height * kernel.width,
                    repeating: 2)
                let bias =
                    wantsBias ? GuardedFloats(count: gradient.layout.blocks * set.lanes, repeating: 3) : nil
                set.run(
                    .convolutionWeightGradient, [source, gradients, weights, bias, argmaxes], parameters,
                    samples: gradient.samples)
                // What is in unused lanes is not specified.
                return [weights, bias].map { found in
                    (0..<(found?.count ?? 0)).filter { index in
                        let block = index / ((found?.count ?? 1) / gradient.layout.blocks)
                        return block * set.lanes + index % set.lanes < outputs
                    }.map { found?[$0] ?? 0 }
                }
            }
            let expected = result(gradient.image, argmaxes: nil)
            parameters.destination = gradient.layout
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.argmaxStride = gradient.argmaxStride
            let found = result(gradient.stored, argmaxes: gradient.argmaxes)
            #expect(found == expected, "\(set), seed \(seed), bias \(wantsBias), \(parameters)")
        }
    }
}
