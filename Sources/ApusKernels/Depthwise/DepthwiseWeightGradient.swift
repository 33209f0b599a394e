import ApusInstructions

func depthwiseWeightGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    var memory = TileMemory()
    withUnsafeMutablePointer(to: &memory) { memory in
        let work = WeightGradientWork(operands, parameters, samples, memory)
        for block in 0..<parameters.destination.blocks { work.addDepthwise(block: block) }
    }
}
