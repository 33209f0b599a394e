import ApusInstructions
import Glibc
import Testing

/// Speeds of the layers of mnist-cnn, printed where the environment variable `APUS_TIME` is set.
@Suite(.serialized, .enabled(if: getenv("APUS_TIME") != nil)) struct LayerTimings {
    @Test(arguments: InstructionSet.available)
    func convolutions(set: InstructionSet) {
        time("conv1 + pool", set, inputs: 1, outputs: 16, size: 28, pooled: true)
        time("conv1 + pool + argmax", set, inputs: 1, outputs: 16, size: 28, pooled: true, argmax: true)
        time("conv2", set, inputs: 16, outputs: 32, size: 14)
        time("conv2 + pool", set, inputs: 16, outputs: 32, size: 14, pooled: true)
        time("conv2 + pool + argmax", set, inputs: 16, outputs: 32, size: 14, pooled: true, argmax: true)
        time("conv3 + pool, trimmed", set, inputs: 32, outputs: 32, size: 7, outputSize: 6, pooled: true)
        time("conv2 input gradient", set, inputs: 32, outputs: 16, size: 14)
        time("conv3 input gradient", set, inputs: 32, outputs: 32, size: 7)
        time("64 -> 64, 56 × 56", set, inputs: 64, outputs: 64, size: 56)
        time("conv1 weight gradient", set, .convolutionWeightGradient, inputs: 1, outputs: 16, size: 28)
        time("conv2 weight gradient", set, .convolutionWeightGradient, inputs: 16, outputs: 32, size: 14)
        time("conv3 weight gradient", set, .convolutionWeightGradient, inputs: 32, outputs: 32, size: 7, outputSize: 6)
        time("depthwise 32, 14 × 14", set, .depthwiseConvolution, inputs: 32, outputs: 32, size: 14)
        time("depthwise weight gradient", set, .depthwiseWeightGradient, inputs: 32, outputs: 32, size: 14)
    }

    @Test(arguments: InstructionSet.available)
    func winogradConvolutions(set: InstructionSet) {
        for tile in WinogradTile.squares {
            for passTiles in [4, 7, 14, 21, 28] {
                winograd("conv2 + pool", set, tile, passTiles, inputs: 16, outputs: 32, size: 14, pooled: true)
            }
            winograd(
                "conv2 + pool + argmax", set, tile, 14, inputs: 16, outputs: 32, size: 14, pooled: true, argmax: true)
            winograd(
                "conv3 + pool, trimmed", set, tile, 9, inputs: 32, outputs: 32, size: 7, outputSize: 6, pooled: true)
            winograd("conv2 input gradient", set, tile, 14, inputs: 32, outputs: 16, size: 14)
            winograd("conv3 input gradient", set, tile, 16, inputs: 32, outputs: 32, size: 7)
            for passTiles in [14, 28, 56, 112] {
                winograd("64 -> 64, 56 × 56", set, tile, passTiles, inputs: 64, outputs: 64, size: 56)
            }
            for passTiles in [7, 14, 25, 49] {
                winograd(
                    "conv2 weight gradient", set, tile, passTiles, gradient: true, inputs: 16, outputs: 32, size: 14)
            }
            winograd(
                "conv3 weight gradient", set, tile, 9, gradient: true, inputs: 32, outputs: 32, size: 7, outputSize: 6)
        }
    }

    private func winograd(
        _ name: String, _ set: InstructionSet, _ tile: WinogradTile, _ passTiles: Int, gradient: Bool = false,
        inputs: Int,
        outputs: Int, size: Int, outputSize: Int? = nil, pooled: Bool = false, argmax: Bool = false
    ) {
        let outputSize = outputSize ?? size
        let layout = ImageLayout(
            channels: inputs, height: size, width: size, channelBlock: set.lanes, top: 1, left: 1, bottom: 4, right: 4)
        let resultSize = pooled ? outputSize / 2 : outputSize
        let result = ImageLayout(channels: outputs, height: resultSize, width: resultSize, channelBlock: set.lanes)
        var parameters = WinogradParameters(source: layout, destination: result, tile: tile)
        (parameters.padTop, parameters.padLeft) = (1, 1)
        (parameters.outputHeight, parameters.outputWidth) = (Int32(outputSize), Int32(outputSize))
        (parameters.poolHeight, parameters.poolWidth) = pooled ? (2, 2) : (0, 0)
        parameters.passTiles = Int32(passTiles)
        parameters.activation = 1
        let source = GuardedFloats(count: layout.sampleElements, repeating: 0.5)
        let padded = (inputs + set.lanes - 1) / set.lanes * set.lanes
        let weights = GuardedFloats(count: parameters.tile.frequencies * outputs * padded, repeating: 0.25)
        let bias = GuardedFloats(count: result.blocks * set.lanes, repeating: 0.125)
        let destination = GuardedFloats(count: result.sampleElements, repeating: 0.25)
        let bytes = GuardedFloats(count: result.sampleElements, repeating: 0)
        let scratch = GuardedFloats(
            count: max(
                parameters.convolutionScratchElements(lanes: set.lanes),
                parameters.gradientScratchElements(lanes: set.lanes)), repeating: 0)
        let operands =
            gradient
            ? [source, destination, weights, bias, scratch]
            : [source, weights, bias, destination, argmax ? bytes : nil, scratch, nil]
        measure(
            "\(name), \(tile), passes of \(passTiles)", set,
            gradient ? .winogradWeightGradient : .winogradConvolution, operands, parameters, 1,
            operations: 2 * Double(9 * inputs * outputs * outputSize * outputSize))
    }

    @Test(arguments: InstructionSet.available)
    func denseLayers(set: InstructionSet) {
        for (inputs, outputs, samples) in [(288, 10, 1), (288, 10, 8), (784, 512, 1), (784, 512, 12)] {
            let padded = (outputs + set.lanes - 1) / set.lanes * set.lanes
            let parameters = DenseParameters(
                inputs: inputs, outputs: outputs, sourceStride: inputs, destinationStride: padded)
            let source = GuardedFloats(count: samples * inputs, repeating: 0.5)
            let weights = GuardedFloats(count: padded * inputs, repeating: 0.25)
            let destination = GuardedFloats(count: samples * padded, repeating: 0)
            let bias = GuardedFloats(count: padded, repeating: 0)
            let operations = 2.0 * Double(samples * padded * inputs)
            let name = "dense \(inputs) -> \(outputs), \(samples) samples"
            measure(
                name, set, .dense, [source, weights, bias, destination], parameters, samples, operations: operations)
            measure(
                "\(name), weight gradient", set, .denseWeightGradient, [source, destination, weights, bias], parameters,
                samples, operations: operations)
        }
    }

    private func time(
        _ name: String, _ set: InstructionSet, _ opcode: Opcode = .convolution, inputs: Int, outputs: Int, size: Int,
        outputSize: Int? = nil, pooled: Bool = false, argmax: Bool = false
    ) {
        let outputSize = outputSize ?? size
        let layout = ImageLayout(
            channels: inputs, height: size, width: size, channelBlock: inputs == 1 ? 1 : set.lanes, top: 1, left: 1,
            bottom: 1, right: 1)
        let resultSize = pooled ? outputSize / 2 : outputSize
        let result = ImageLayout(channels: outputs, height: resultSize, width: resultSize, channelBlock: set.lanes)
        var parameters = ConvolutionParameters(source: layout, destination: result)
        parameters.kernelHeight = 3
        parameters.kernelWidth = 3
        parameters.padTop = 1
        parameters.padLeft = 1
        parameters.outputHeight = Int32(outputSize)
        parameters.outputWidth = Int32(outputSize)
        parameters.inputBlocks = Int32(layout.blocks)
        parameters.outputBlocks = Int32(result.blocks)
        parameters.poolHeight = pooled ? 2 : 0
        parameters.poolWidth = pooled ? 2 : 0
        parameters.activation = 1
        let depthwise = opcode == .depthwiseConvolution || opcode == .depthwiseWeightGradient
        let terms = depthwise ? 9 : 9 * inputs
        let source = GuardedFloats(count: layout.sampleElements, repeating: 0.5)
        let weights = GuardedFloats(count: 9 * outputs * max(set.lanes, inputs), repeating: 0.25)
        let bias = GuardedFloats(count: result.blocks * set.lanes, repeating: 0.125)
        let destination = GuardedFloats(count: result.sampleElements, repeating: 0.25)
        let bytes = GuardedFloats(count: result.sampleElements, repeating: 0)
        let gradient = opcode == .convolutionWeightGradient || opcode == .depthwiseWeightGradient
        let operands =
            gradient
            ? [source, destination, weights, bias] : [source, weights, bias, destination, argmax ? bytes : nil]
        let isTiled = opcode == .convolution
        for tile in isTiled ? ConvolutionTile.all(lanes: set.lanes, for: parameters) : [parameters.tile] {
            // Small tiles are never the fastest.
            if isTiled && tile.sums < ConvolutionTile.maximumSums(lanes: set.lanes) / 2 { continue }
            parameters.tile = tile
            measure(
                isTiled ? "\(name), \(tile)" : name, set, opcode,
                isTiled ? operands + [nil] : operands, parameters, 1,
                operations: 2 * Double(terms * outputs * outputSize * outputSize))
        }
    }

    /// Prints the shortest time of a call.
    private func measure<Parameters>(
        _ name: String, _ set: InstructionSet, _ opcode: Opcode, _ operands: [GuardedFloats?],
        _ parameters: Parameters, _ samples: Int, operations: Double
    ) {
        func nanoseconds() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
        }
        guard let kernel = set.kernel(opcode) else { return }
        let calls = max(1, Int(1e6 / operations * 10))
        var shortest = Double.infinity
        operands.map { $0?.address }.withUnsafeBufferPointer { addresses in
            withUnsafeBytes(of: parameters) { bytes in
                for _ in 0..<30 {
                    let start = nanoseconds()
                    for _ in 0..<calls { kernel(addresses.baseAddress!, bytes.baseAddress!, samples) }
                    shortest = min(shortest, (nanoseconds() - start) / Double(calls))
                }
            }
        }
        let speed = (operations / shortest * 10).rounded() / 10
        print("\(set): \(name): \((shortest / 10).rounded() / 100) µs, \(speed) GFLOP/s")
    }
}
