import ApusInstructions
import Testing

@Suite struct ConvolutionTests {
    @Test(arguments: InstructionSet.available, [false, true])
    func convolutionsAreWhatPlainLoopsGive(set: InstructionSet, pooled: Bool) {
        for seed in 1...150 {
            check(ConvolutionCase(seed: seed, lanes: set.lanes, depthwise: false, pooled: pooled), set)
        }
    }

    @Test(arguments: InstructionSet.available, [false, true])
    func depthwiseConvolutionsAreWhatPlainLoopsGive(set: InstructionSet, pooled: Bool) {
        for seed in 1...60 {
            check(ConvolutionCase(seed: seed, lanes: set.lanes, depthwise: true, pooled: pooled), set)
        }
    }

    @Test(arguments: InstructionSet.available)
    func whatIsNotANumberStaysSo(set: InstructionSet) {
        for place in 0..<4 {
            let layout = ImageLayout(channels: 1, height: 2, width: 2)
            let result = ImageLayout(channels: 1, height: 1, width: 1, channelBlock: set.lanes)
            var parameters = ConvolutionParameters(source: layout, destination: result)
            (parameters.inputBlocks, parameters.outputBlocks) = (1, 1)
            (parameters.outputHeight, parameters.outputWidth) = (2, 2)
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.activation = Activation.relu.rawValue
            // Windows that flow, that are gone through position by position, and of rows; with and without argmaxes.
            for (rows, columns) in [(0, 4), (0, 3), (2, 2)] {
                parameters.tile = ConvolutionTile(outputs: 1, rows: rows, columns: columns)
                var values: [Float] = [1, 2, 3, 4]
                values[place] = .nan
                let operands = [GuardedFloats(values), GuardedFloats(count: set.lanes, repeating: 1), nil]
                let argmax = GuardedFloats(count: set.lanes / 4)
                for argmaxes in [argmax, nil] {
                    let destination = GuardedFloats(count: set.lanes, repeating: 0)
                    set.run(.convolution, operands + [destination, argmaxes, nil], parameters)
                    #expect(destination[0].isNaN, "\(set), place \(place), \(parameters.tile)")
                }
                #expect(argmax.byte(0) != 255, "\(set), place \(place), \(parameters.tile)")
            }
        }
    }

    private func check(_ work: ConvolutionCase, _ set: InstructionSet) {
        let parameters = work.parameters
        let result = parameters.destination
        let packing = work.packing(lanes: set.lanes)
        let packed = GuardedFloats(count: packing.packedElements, repeating: garbage)
        let weights = GuardedFloats(work.weights)
        set.run(.packWeights, [weights, packed], packing)
        let bias = work.bias.map {
            GuardedFloats($0 + Array(repeating: 0, count: set.lanes - 1 - ($0.count + set.lanes - 1) % set.lanes))
        }
        let source = GuardedFloats(parameters.source.image(work.source, samples: work.samples))
        let destination = GuardedFloats(count: work.samples * Int(result.sampleStride), repeating: 555)
        let argmax = GuardedFloats(count: work.samples * Int(parameters.argmaxStride) / 4)
        let wantsArgmax = parameters.poolHeight > 0 && work.seed % 3 != 0
        let addend = work.addend.map { GuardedFloats(parameters.addend.image($0, samples: work.samples)) }
        let operands = [source, packed, bias, destination, wantsArgmax ? argmax : nil]
        set.run(
            work.depthwise ? .depthwiseConvolution : .convolution, work.depthwise ? operands : operands + [addend],
            parameters, samples: work.samples)

        let window = (height: max(1, Int(parameters.poolHeight)), width: max(1, Int(parameters.poolWidth)))
        let relu = parameters.activation == Activation.relu.rawValue
        var wrong = 0
        var inside = Set<Int>()
        for sample in 0..<work.samples {
            for block in 0..<result.blocks {
                for y in 0..<Int(result.height) {
                    for x in 0..<Int(result.width) {
                        for lane in 0..<set.lanes {
                            let channel = block * set.lanes + lane
                            let place = result.index(sample, channel, y, x)
                            inside.insert(place)
                            guard channel < work.outputs else {
                                if !destination[place].isFinite { wrong += 1 }
                                continue
                            }
                            var maximum = -Double.infinity
                            var chosen = 0
                            for position in 0..<window.height * window.width {
                                let sum = work.sum(
                                    sample, channel, y: y * window.height + position / window.width,
                                    x: x * window.width + position % window.width)
                                if sum > maximum { (maximum, chosen) = (sum, position) }
                            }
                            if relu && maximum <= 0 { chosen = 255 }
                            maximum = parameters.activated(maximum)
                            if Double(destination[place]) != maximum { wrong += 1 }
                            if wantsArgmax {
                                let byte =
                                    sample * Int(parameters.argmaxStride)
                                    + ((block * Int(result.height) + y) * Int(result.width) + x) * set.lanes + lane
                                if Int(argmax.byte(byte)) != chosen { wrong += 1 }
                            }
                        }
                    }
                }
            }
        }
        #expect(wrong == 0, "\(set), \(work)")
        let touched = (0..<destination.count).filter { !inside.contains($0) && destination[$0] != 555 }
        #expect(touched.isEmpty, "border written: \(set), \(work)")
    }
}
