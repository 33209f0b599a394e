import ApusInstructions

// Samples of the instructions that work on bytes.
extension SampleInstruction {
    static let quantized: [SampleInstruction] = {
        let bordered = ImageLayout(
            channels: 8, height: 6, width: 6, channelBlock: 4, top: 1, left: 1, bottom: 1, right: 1)
        let wide = ImageLayout(channels: 1, height: 6, width: 6, top: 1, left: 1, bottom: 1, right: 2)
        let blocked = ImageLayout(channels: 8, height: 6, width: 6, channelBlock: 4)
        let half = ImageLayout(channels: 8, height: 3, width: 3, channelBlock: 4)
        func convolution(
            _ source: ImageLayout, _ destination: ImageLayout, rows: Int, kernelWidth: Int = 3
        ) -> QuantizedConvolutionParameters {
            var own = ConvolutionParameters(source: source, destination: destination)
            (own.kernelHeight, own.kernelWidth) = (3, Int32(kernelWidth))
            (own.padTop, own.padLeft) = (1, 1)
            (own.outputHeight, own.outputWidth) = (6, 6)
            (own.inputBlocks, own.outputBlocks) = (Int32(source.blocks), 2)
            if rows == 2 { (own.poolHeight, own.poolWidth) = (2, 2) }
            (own.floor, own.ceiling) = (-3, 252)
            own.tile = ConvolutionTile(outputs: 1, rows: rows, columns: 4)
            var parameters = QuantizedConvolutionParameters(own)
            (parameters.zeroPoint, parameters.addendScale) = (3, 0.5)
            return parameters
        }
        var floats = convolution(bordered, blocked, rows: 0)
        (floats.zeroPoint, floats.resultBytes) = (0, 4)
        var sums = convolution(bordered, blocked, rows: 1).convolution
        (sums.floor, sums.ceiling) = (0, 0)
        let rows = ImageLayout(channels: 9, height: 1, width: 1, channelBlock: 4)
        var dense = convolution(bordered, rows, rows: 0)
        (dense.convolution.kernelHeight, dense.convolution.kernelWidth) = (8, 8)
        (dense.convolution.outputHeight, dense.convolution.outputWidth) = (1, 1)
        dense.convolution.outputBlocks = 3
        dense.convolution.tile = ConvolutionTile(outputs: 8, columns: 1)
        var denseSums = dense.convolution
        (denseSums.floor, denseSums.ceiling) = (0, 0)
        let tiled = ImageLayout(
            channels: 8, height: 6, width: 6, channelBlock: 4, top: 1, left: 1, bottom: 3, right: 3)
        let winograd = QuantizedWinogradParameters(convolution(tiled, blocked, rows: 0), passTiles: 4)
        let pooledWinograd = QuantizedWinogradParameters(convolution(bordered, half, rows: 2), passTiles: 16)
        var quantize = ConvertImageParameters(source: wide, destination: wide, sourceBytes: 4, resultBytes: 1)
        (quantize.scale, quantize.zeroPoint) = (0.25, 9)
        var block = BlockDenseParameters(inputs: 70, outputs: 9, bits: 8, sourceStride: 71, destinationStride: 13)
        (block.activation, block.floor, block.ceiling) = (Activation.clip.rawValue, -1, 6)
        let halves = BlockDenseParameters(inputs: 32, outputs: 20, bits: 4, sourceStride: 32, destinationStride: 20)
        return [
            SampleInstruction(.quantizedConvolution, convolution(bordered, blocked, rows: 1)),
            SampleInstruction(.quantizedConvolution, convolution(bordered, half, rows: 2)),
            SampleInstruction(.quantizedConvolution, convolution(wide, blocked, rows: 1, kernelWidth: 4)),
            SampleInstruction(.quantizedConvolution, floats),
            SampleInstruction(.quantizedConvolution, dense), SampleInstruction(.integerConvolution, sums),
            SampleInstruction(.integerConvolution, denseSums),
            SampleInstruction(.quantizedWinograd, winograd), SampleInstruction(.quantizedWinograd, pooledWinograd),
            SampleInstruction(.quantizedDepthwise, convolution(bordered, blocked, rows: 1)),
            SampleInstruction(.convertImage, quantize),
            SampleInstruction(
                .convertImage,
                ConvertImageParameters(source: bordered, destination: blocked, sourceBytes: 1, resultBytes: 4)),
            SampleInstruction(.fillBorder, FillBorderParameters(bordered, value: 5)),
            SampleInstruction(.blockDense, block),
            SampleInstruction(.blockDense, halves),
        ] + elements(bordered, blocked, half) + bfloats(bordered, blocked, half, wide)
    }()

    /// Those of bf16.
    private static func bfloats(
        _ bordered: ImageLayout, _ blocked: ImageLayout, _ half: ImageLayout, _ wide: ImageLayout
    ) -> [SampleInstruction] {
        func convolution(
            _ source: ImageLayout, _ destination: ImageLayout, rows: Int, kernelWidth: Int = 3, resultBytes: Int32 = 2
        ) -> BFloat16ConvolutionParameters {
            var own = ConvolutionParameters(source: source, destination: destination)
            (own.kernelHeight, own.kernelWidth) = (3, Int32(kernelWidth))
            (own.padTop, own.padLeft) = (1, 1)
            (own.outputHeight, own.outputWidth) = (6, 6)
            (own.inputBlocks, own.outputBlocks) = (Int32(source.blocks), 2)
            if rows == 2 { (own.poolHeight, own.poolWidth) = (2, 2) }
            (own.floor, own.ceiling) = (0, .infinity)
            own.tile = ConvolutionTile(outputs: 1, rows: rows, columns: 4)
            var parameters = BFloat16ConvolutionParameters(own)
            parameters.resultBytes = resultBytes
            return parameters
        }
        func conversion(_ source: ImageLayout, _ destination: ImageLayout, _ from: Int, _ to: Int) -> SampleInstruction
        {
            SampleInstruction(
                .convertImage,
                ConvertImageParameters(source: source, destination: destination, sourceBytes: from, resultBytes: to))
        }
        return [
            SampleInstruction(.bfloat16Convolution, convolution(bordered, blocked, rows: 1)),
            SampleInstruction(.bfloat16Convolution, convolution(bordered, half, rows: 2)),
            SampleInstruction(.bfloat16Convolution, convolution(wide, blocked, rows: 0, kernelWidth: 4)),
            SampleInstruction(.bfloat16Convolution, convolution(bordered, blocked, rows: 0, resultBytes: 4)),
            SampleInstruction(
                .bfloat16MaxPool, PoolParameters(source: bordered, destination: half, window: (3, 3), stride: (2, 2))),
            conversion(wide, wide, 4, 2), conversion(bordered, blocked, 2, 4), conversion(bordered, blocked, 2, 2),
        ]
    }

    /// Those that make each byte of others.
    private static func elements(
        _ bordered: ImageLayout, _ blocked: ImageLayout, _ half: ImageLayout
    ) -> [SampleInstruction] {
        let pool = PoolParameters(source: bordered, destination: half, window: (3, 3), stride: (2, 2))
        var means = QuantizedAveragePoolParameters(pool, floor: -3, ceiling: 252)
        (means.zeroPoint, means.sourceZeroPoint, means.scale) = (3, 7, 0.5)
        var sum = QuantizedAddParameters(first: bordered, second: blocked, destination: blocked)
        (sum.firstScale, sum.secondZeroPoint) = (0.5, 9)
        return [
            SampleInstruction(.quantizedMaxPool, pool), SampleInstruction(.quantizedAveragePool, means),
            SampleInstruction(.quantizedAdd, sum),
            SampleInstruction(.byteTable, ByteTableParameters(source: bordered, destination: blocked)),
        ]
    }
}
