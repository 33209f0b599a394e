import ApusInstructions

func quantizedConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: QuantizedConvolutionParameters.self)
    let isWholeImage = parameters.withMemoryRebound(to: ConvolutionParameters.self, capacity: 1) { convolution in
        guard operands[5] == nil, WholeImage.isMeant(by: convolution) else { return false }
        WholeImage.compute(
            convolution, operands.bytes(0), operands.bytes(1), operands.bytes(2), operands.bytes(4),
            .scaled(parameters, scale: operands.floats(3)), samples: samples)
        return true
    }
    if !isWholeImage { computeTiles(operands, parameters, samples) }
}

@inline(never)
private func computeTiles(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafePointer<QuantizedConvolutionParameters>,
    _ samples: Int
) {
    var memory = WordTileMemory()
    memory.rounding = ByteRounding(
        floor: parameters.pointee.convolution.floor, zeroPoint: parameters.pointee.zeroPoint)
    memory.isLimited = parameters.pointee.isLimited
    memory.addendZero = IntegerVector(repeating: parameters.pointee.addendZeroPoint)
    memory.addendScale = Vector(repeating: parameters.pointee.addendScale)
    withUnsafeMutablePointer(to: &memory) { memory in
        let work = WordConvolution<FourBytes>(
            parameters.pointee.convolution, source: operands.bytes(0), weights: operands.bytes(1),
            bias: operands.bytes(2), scale: operands.floats(3), destination: operands.bytes(4),
            resultBytes: Int(parameters.pointee.resultBytes), addend: operands[5], memory)
        work.compute(samples: samples)
    }
}

extension QuantizedConvolutionParameters {
    /// Whether the upper limit is below the last byte, or what is added may make a number that has no integer of 32 bits.
    @inline(__always)
    var isLimited: Bool { convolution.ceiling < 255 - Float(zeroPoint) || addendScale > 1_048_576 }
}
