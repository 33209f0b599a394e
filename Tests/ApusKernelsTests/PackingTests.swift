import ApusInstructions
import Testing

@Suite struct PackingTests {
    @Test(arguments: PackParameters.Form.allCases)
    func packedWeightsAreWhereTheirIndexSays(form: PackParameters.Form) {
        for seed in 1...100 {
            check(form, seed: seed)
        }
    }

    private func check(_ form: PackParameters.Form, seed: Int) {
        var random = SeededGenerator(seed: seed)
        let depthwise = form == .depthwise || form == .depthwiseTransposed
        let exchanged = form == .transposed
        let outputBlock = [1, 4, 8, 16, 3][random.int(0...4)]
        let inputBlock = random.chance(50) ? 1 : outputBlock
        var groups = 1
        var grouped = false
        var (inputs, outputs) = (random.int(1...20), random.int(1...20))
        if depthwise {
            inputs = outputs
            groups = outputs
        } else if random.chance(60) {
            groups = random.int(2...3)
            grouped = random.chance(50)
            let fill = grouped ? outputBlock : 1
            (inputs, outputs) = (groups * fill * random.int(1...3), groups * fill * random.int(1...3))
        }
        var parameters = PackParameters(
            form: form, outputs: outputs, inputs: inputs, outputBlock: outputBlock, inputBlock: inputBlock)
        parameters.kernelHeight = Int32(random.int(1...3))
        parameters.kernelWidth = Int32(random.int(1...3))
        parameters.groups = Int32(groups)
        parameters.groupedBlocks = grouped ? 1 : 0
        let (height, width) = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        let stored = inputs / groups
        let values = (0..<outputs * stored * height * width).map { Float($0 + 1) }
        let weights = GuardedFloats(values)
        let packed = GuardedFloats(count: parameters.packedElements, repeating: garbage)

        /// The weight that belongs in a place of the packed weights.
        func expected(_ block: Int, _ input: Int, _ i: Int, _ j: Int, _ channel: Int, _ lane: Int) -> Float {
            let written = block * outputBlock + lane
            if depthwise {
                guard written < outputs else { return 0 }
                let place = form == .depthwise ? i * width + j : height * width - 1 - (i * width + j)
                return values[written * height * width + place]
            }
            let (layerOutputs, layerInputs) = exchanged ? (inputs, outputs) : (outputs, inputs)
            let groupOf = { (channel: Int, all: Int) in channel / (all / groups) }
            let blockGroup = groupOf(block * outputBlock, layerOutputs)
            let read = input * inputBlock + channel + (grouped ? blockGroup * layerInputs / groups : 0)
            guard written < layerOutputs, read < layerInputs else { return 0 }
            guard groupOf(written, layerOutputs) == groupOf(read, layerInputs) else { return 0 }
            if exchanged {
                return values[((read * stored + written % stored) * height + height - 1 - i) * width + width - 1 - j]
            }
            return values[((written * stored + read % stored) * height + i) * width + j]
        }

        for set in InstructionSet.available {
            set.run(.packWeights, [weights, packed], parameters)
            var index = 0
            var wrong = 0
            let rowBlock = depthwise ? 1 : inputBlock
            let layerOutputs = exchanged ? inputs : outputs
            let blocks = (layerOutputs + outputBlock - 1) / outputBlock
            let inputBlocks = parameters.packedElements / (blocks * outputBlock * height * width * rowBlock)
            for block in 0..<blocks {
                for input in 0..<inputBlocks {
                    for place in 0..<height * width {
                        for channel in 0..<rowBlock {
                            for lane in 0..<outputBlock {
                                let weight = expected(block, input, place / width, place % width, channel, lane)
                                if packed[index] != weight { wrong += 1 }
                                index += 1
                            }
                        }
                    }
                }
            }
            #expect(wrong == 0 && index == packed.count, "\(set), seed \(seed), \(parameters)")
            guard form == .forward || form == .depthwise else { continue }
            let unpacked = GuardedFloats(count: values.count, repeating: garbage)
            set.run(.unpackWeights, [packed, unpacked], parameters)
            let same = values.indices.allSatisfy { unpacked[$0] == values[$0] }
            #expect(same, "\(set), seed \(seed), \(parameters)")
        }
    }

    /// Every second row and third column of a kernel: what is packed of a kernel that has only these.
    @Test(arguments: PackParameters.Form.allCases)
    func partsOfAKernelArePackedAsKernels(form: PackParameters.Form) {
        for seed in 1...40 {
            var random = SeededGenerator(seed: seed)
            let isDepthwise = form == .depthwise || form == .depthwiseTransposed
            let outputs = random.int(1...20)
            let inputs = isDepthwise ? 1 : random.int(1...20)
            var parameters = PackParameters(
                form: form, outputs: outputs, inputs: isDepthwise ? outputs : inputs, outputBlock: 4, inputBlock: 4)
            if isDepthwise { parameters.groups = Int32(outputs) }
            (parameters.kernelHeight, parameters.kernelWidth) = (Int32(random.int(1...3)), Int32(random.int(1...2)))
            let (rows, columns) = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
            let (firstRow, firstColumn) = (random.int(0...1), random.int(0...2))
            let height = firstRow + 2 * (rows - 1) + 1 + random.int(0...2)
            let width = firstColumn + 3 * (columns - 1) + 1 + random.int(0...2)
            let whole = random.wholeNumbers(outputs * inputs * height * width)
            let part = (0..<outputs * inputs * rows * columns).map { index in
                let (row, column) = (index / columns % rows, index % columns)
                return whole[
                    (index / (rows * columns) * height + firstRow + 2 * row) * width + firstColumn + 3 * column]
            }
            for set in InstructionSet.available {
                let expected = GuardedFloats(count: parameters.packedElements, repeating: garbage)
                set.run(.packWeights, [GuardedFloats(part), expected], parameters)
                var some = parameters
                (some.stored.height, some.stored.width) = (Int32(height), Int32(width))
                (some.stored.firstRow, some.stored.firstColumn) = (Int32(firstRow), Int32(firstColumn))
                (some.stored.rowStep, some.stored.columnStep) = (2, 3)
                let packed = GuardedFloats(count: some.packedElements, repeating: garbage)
                set.run(.packWeights, [GuardedFloats(whole), packed], some)
                #expect(packed.values == expected.values, "\(set), seed \(seed), \(some)")
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func paddedVectorsEndInZeros(set: InstructionSet) {
        let source = GuardedFloats([1, 2, 3, 4, 5])
        let destination = GuardedFloats(count: 16, repeating: garbage)
        set.run(.padVector, [source, destination], PadVectorParameters(count: 5, paddedCount: 16))
        #expect((0..<16).allSatisfy { destination[$0] == ($0 < 5 ? Float($0 + 1) : 0) })
        set.run(.padVector, [destination, source], PadVectorParameters(count: 3, paddedCount: 3))
    }
}
