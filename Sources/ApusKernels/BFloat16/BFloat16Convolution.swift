import ApusInstructions

func bfloat16Convolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: BFloat16ConvolutionParameters.self)
    var memory = WordTileMemory()
    withUnsafeMutablePointer(to: &memory) { memory in
        let work = WordConvolution<TwoBFloats>(
            parameters.pointee.convolution, source: operands.bytes(0), weights: operands.bytes(1),
            bias: operands.bytes(2), scale: nil, destination: operands.bytes(3),
            resultBytes: Int(parameters.pointee.resultBytes), addend: operands[4], memory)
        work.compute(samples: samples)
    }
}
