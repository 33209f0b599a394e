import ApusInstructions

func integerConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let convolution = parameters.assumingMemoryBound(to: ConvolutionParameters.self)
    let (source, weights, bias) = (operands.bytes(0), operands.bytes(1), operands.bytes(2))
    if WholeImage.isMeant(by: convolution) {
        return WholeImage.compute(
            convolution, source, weights, bias, operands.bytes(3), .sums(convolution), samples: samples)
    }
    var memory = WordTileMemory()
    memory.storesSums = true
    withUnsafeMutablePointer(to: &memory) { memory in
        let work = WordConvolution<FourBytes>(
            convolution.pointee, source: source, weights: weights, bias: bias, scale: nil,
            destination: operands.bytes(3), resultBytes: 4, addend: nil, memory)
        work.compute(samples: samples)
    }
}
