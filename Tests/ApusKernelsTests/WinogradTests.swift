import ApusInstructions
import Testing

@Suite struct WinogradTests {
    /// With whole numbers F(2 × 2, 3 × 3) is exact: it multiplies by nothing but quarters.
    @Test(arguments: InstructionSet.available, [false, true])
    func smallTilesAreWhatPlainLoopsGive(set: InstructionSet, pooled: Bool) {
        for seed in 1...60 {
            check(
                WinogradCase(
                    seed: seed, lanes: set.lanes, tile: .small, pooled: pooled, transposed: !pooled && seed % 2 == 0),
                set,
                tolerance: 0)
        }
    }

    @Test(arguments: InstructionSet.available, [false, true])
    func rowsAreWhatPlainLoopsGive(set: InstructionSet, pooled: Bool) {
        for seed in 1...60 {
            check(
                WinogradCase(
                    seed: seed, lanes: set.lanes, tile: .row, pooled: pooled, transposed: !pooled && seed % 2 == 0),
                set,
                tolerance: 0)
        }
    }

    @Test(arguments: InstructionSet.available, [false, true])
    func largerTilesAreCloseToWhatPlainLoopsGive(set: InstructionSet, pooled: Bool) {
        for tile in [WinogradTile.wide, .large] {
            for seed in 1...60 {
                check(
                    WinogradCase(
                        seed: seed, lanes: set.lanes, tile: tile, pooled: pooled, transposed: !pooled && seed % 2 == 0),
                    set, tolerance: 1e-5)
            }
        }
    }

    @Test(arguments: InstructionSet.available, [false, true])
    func groupsAreWhatPlainLoopsGive(set: InstructionSet, pooled: Bool) {
        for tile in WinogradTile.squares {
            for seed in 1...40 {
                check(
                    WinogradCase(seed: seed, lanes: set.lanes, tile: tile, pooled: pooled, isGrouped: true), set,
                    tolerance: tile == .small ? 0 : 1e-5)
            }
        }
    }

    @Test(arguments: InstructionSet.available, WinogradTile.ofWeightGradients)
    func weightGradientsAreWhatPlainLoopsGive(set: InstructionSet, tile: WinogradTile) {
        for seed in 1...40 {
            checkGradient(WinogradCase(seed: seed, lanes: set.lanes, tile: tile, pooled: false), set)
        }
    }

    /// A root mean square over many sums, so that it is a property of the algorithm and not of one rounding.
    @Test(arguments: InstructionSet.available)
    func errorsOfSmallTilesAreNoLargerThanTheDefinitions(set: InstructionSet) {
        for tile in [WinogradTile.row, .small] {
            let error = errorBesideTheDefinition(tile, set)
            #expect(error <= 1, "\(set): \(tile)'s error is \(error) of the definition's")
        }
    }

    /// As it is in layers behind a rectifier too, where numbers have one sign and sums are larger.
    @Test(arguments: InstructionSet.available, [0 as Float, -1])
    func errorsOfLargerTilesAreNoLargerWithEnoughChannels(set: InstructionSet, minimum: Float) {
        for tile in [WinogradTile.wide, .large] {
            let error = errorBesideTheDefinition(tile, set, inputs: tile.minimumInputs, minimum: minimum)
            #expect(error <= 1, "\(set): \(tile)'s error is \(error) of the definition's")
        }
    }

    @Test(arguments: InstructionSet.available)
    func errorsOfLargeTilesAreAFewTimesTheDefinitions(set: InstructionSet) {
        let error = errorBesideTheDefinition(.large, set)
        #expect(error <= 4, "\(set): F(4 × 4)'s error is \(error) of the definition's")
    }

    @Test(arguments: InstructionSet.available)
    func whatIsNotANumberStaysSo(set: InstructionSet) {
        for place in 0..<4 {
            let layout = ImageLayout(
                channels: 1, height: 2, width: 2, channelBlock: set.lanes, top: 1, left: 1, bottom: 1, right: 1)
            let result = ImageLayout(channels: 1, height: 1, width: 1, channelBlock: set.lanes)
            var parameters = WinogradParameters(source: layout, destination: result, tile: .small)
            (parameters.padTop, parameters.padLeft) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (2, 2)
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.activation = Activation.relu.rawValue
            var values: [Float] = [1, 2, 3, 4]
            values[place] = .nan
            let destination = GuardedFloats(count: set.lanes, repeating: 0)
            let argmax = GuardedFloats(count: set.lanes / 4)
            let weights = GuardedFloats(count: 16 * set.lanes * set.lanes, repeating: 1)
            let scratch = GuardedFloats(count: parameters.convolutionScratchElements(lanes: set.lanes))
            set.run(
                .winogradConvolution,
                [GuardedFloats(layout.image(values, samples: 1)), weights, nil, destination, argmax, scratch, nil],
                parameters)
            #expect(destination[0].isNaN && argmax.byte(0) != 255, "\(set), place \(place)")
        }
    }

    // MARK: -

    /// The root mean square error, as a part of the direct convolution's, of convolutions whose sources have numbers from `minimum`
    /// to 1, and a random number of channels where `inputs` is nil.
    private func errorBesideTheDefinition(
        _ tile: WinogradTile, _ set: InstructionSet, inputs: Int? = nil, minimum: Float = -1
    ) -> Double {
        var (winograd, direct) = (0.0, 0.0)
        for seed in 1...(inputs == nil ? 40 : 8) {
            var isSource = true
            let work = WinogradCase(seed: seed, lanes: set.lanes, tile: tile, pooled: false, inputs: inputs) {
                defer { isSource = false }
                return $0.floats($1, in: isSource ? minimum...1 : -1...1)
            }
            winograd += squaredError(of: results(of: work, set), work, set)
            direct += squaredError(of: directResults(of: work, set), work, set)
        }
        return (winograd / direct).squareRoot()
    }

    private func results(of work: WinogradCase, _ set: InstructionSet, argmax: GuardedFloats? = nil) -> GuardedFloats {
        let parameters = work.parameters
        let packing = work.packing(lanes: set.lanes)
        let packed = GuardedFloats(count: packing.packedElements, repeating: garbage)
        set.run(.packWeights, [GuardedFloats(work.weights), packed], packing)
        let source = GuardedFloats(parameters.source.image(work.source, samples: work.samples))
        let bias = work.paddedBias(lanes: set.lanes).map { GuardedFloats($0) }
        let destination = GuardedFloats(
            count: work.samples * Int(parameters.destination.sampleStride), repeating: 555)
        set.run(
            work.opcode,
            [source, packed, bias, destination, argmax, work.scratch(lanes: set.lanes)]
                + (parameters.tile == .row ? [] : [work.storedAddend]),
            parameters, samples: work.samples)
        return destination
    }

    /// What the direct convolution gives.
    private func directResults(of work: WinogradCase, _ set: InstructionSet) -> GuardedFloats {
        let winograd = work.parameters
        var parameters = ConvolutionParameters(source: winograd.source, destination: winograd.destination)
        (parameters.kernelHeight, parameters.kernelWidth) = (3, 3)
        (parameters.padTop, parameters.padLeft) = (winograd.padTop, winograd.padLeft)
        (parameters.outputHeight, parameters.outputWidth) = (winograd.outputHeight, winograd.outputWidth)
        parameters.inputBlocks = Int32(winograd.source.blocks)
        parameters.outputBlocks = Int32(winograd.destination.blocks)
        parameters.activation = winograd.activation
        parameters.addend = winograd.addend
        var packing = work.packing(lanes: set.lanes)
        packing.tile = .none
        let packed = GuardedFloats(count: packing.packedElements, repeating: garbage)
        set.run(.packWeights, [GuardedFloats(work.weights), packed], packing)
        let destination = GuardedFloats(count: work.samples * Int(winograd.destination.sampleStride), repeating: 555)
        set.run(
            .convolution,
            [
                GuardedFloats(winograd.source.image(work.source, samples: work.samples)), packed,
                work.paddedBias(lanes: set.lanes).map { GuardedFloats($0) }, destination, nil, work.storedAddend,
            ], parameters, samples: work.samples)
        return destination
    }

    private func squaredError(of results: GuardedFloats, _ work: WinogradCase, _ set: InstructionSet) -> Double {
        var error = 0.0
        work.parameters.destination.forEach(samples: work.samples) { sample, channel, y, x in
            let sum = work.sum(sample, channel, y: y, x: x)
            let found = Double(results[work.parameters.destination.index(sample, channel, y, x)])
            let expected = work.parameters.activated(sum)
            error += (found - expected) * (found - expected)
        }
        return error
    }

    private func check(_ work: WinogradCase, _ set: InstructionSet, tolerance: Double) {
        let parameters = work.parameters
        let result = parameters.destination
        let pooled = parameters.poolHeight > 0
        let wantsArgmax = pooled && work.seed % 3 != 0
        let argmax = GuardedFloats(count: work.samples * Int(parameters.argmaxStride) / 4)
        let destination = results(of: work, set, argmax: wantsArgmax ? argmax : nil)
        let window = pooled ? 2 : 1
        let relu = parameters.activation == Activation.relu.rawValue
        var wrong = 0
        result.forEach(samples: work.samples) { sample, channel, y, x in
            let sums = (0..<window * window).map {
                work.sum(sample, channel, y: y * window + $0 / window, x: x * window + $0 % window)
            }
            let maximum = sums.max()!
            let expected = parameters.activated(maximum)
            let found = Double(destination[result.index(sample, channel, y, x)])
            if abs(found - expected) > tolerance * Double(work.inputs * 100) { wrong += 1 }
            guard wantsArgmax, tolerance == 0 else { return }
            let byte =
                sample * Int(parameters.argmaxStride)
                + ((channel / set.lanes * Int(result.height) + y) * Int(result.width) + x) * set.lanes
                + channel % set.lanes
            let chosen = relu && maximum <= 0 ? 255 : sums.firstIndex(of: maximum)!
            if Int(argmax.byte(byte)) != chosen { wrong += 1 }
        }
        #expect(wrong == 0, "\(set), \(work)")
        let mask = result.imageMask
        let touched = (0..<destination.count).filter { !mask[$0 % mask.count] && destination[$0] != 555 }
        #expect(touched.isEmpty, "border written: \(set), \(work)")
    }

    private func checkGradient(_ work: WinogradCase, _ set: InstructionSet) {
        let parameters = work.parameters
        let result = parameters.destination
        var random = SeededGenerator(seed: work.seed + 1000)
        let (height, width) = (Int(result.height), Int(result.width))
        let gradients = random.wholeNumbers(work.samples * work.outputs * height * width)
        let packing = work.packing(lanes: set.lanes)
        let packed = GuardedFloats(count: packing.packedElements, repeating: 0)
        let bias = work.bias.map { _ in GuardedFloats(count: result.blocks * set.lanes, repeating: 3) }
        let operands = [
            GuardedFloats(parameters.source.image(work.source, samples: work.samples)),
            GuardedFloats(result.image(gradients, samples: work.samples)), packed, bias,
            GuardedFloats(count: parameters.gradientScratchElements(lanes: set.lanes)),
        ]
        // Twice, because gradients are added to what there is.
        for _ in 0..<2 { set.run(.winogradWeightGradient, operands, parameters, samples: work.samples) }
        let found = GuardedFloats(count: work.weights.count, repeating: garbage)
        set.run(.unpackWeights, [packed, found], packing)
        let tolerance = parameters.tile == .small ? 0 : 1e-5 * Double(work.samples * height * width * 100)
        var wrong = 0
        for output in 0..<work.outputs {
            var biasSum = 0.0
            for channel in 0..<work.inputs {
                for place in 0..<9 {
                    var sum = 0.0
                    for position in 0..<work.samples * height * width {
                        let (sample, y, x) = (
                            position / (height * width), position / width % height, position % width
                        )
                        let gradient = Double(
                            gradients[((sample * work.outputs + output) * height + y) * width + x])
                        sum += gradient * work.sourceValue(sample, channel, y + place / 3, x + place % 3)
                        if channel == 0 && place == 0 { biasSum += gradient }
                    }
                    let index = ((output * work.inputs + channel) * 9) + place
                    if abs(Double(found[index]) - 2 * sum) > tolerance { wrong += 1 }
                }
            }
            if let bias, Double(bias[output]) != 3 + 2 * biasSum { wrong += 1 }
        }
        #expect(wrong == 0, "\(set), \(work)")
    }
}
