import ApusInstructions

func dilate(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: DilateParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let rowStep = Int(settings.strideY) * destination.rowStride
    let columnStep = Int(settings.strideX) * destination.block
    let block = source.block
    for sample in 0..<samples {
        for index in 0..<source.blocks {
            let from = operands.floats(0) + sample * source.sampleStride + index * source.blockStride + source.origin
            let start = operands.floats(1) + sample * destination.sampleStride + index * destination.blockStride
            fill(start, count: destination.blockStride, with: 0)
            let to = start + destination.origin
            for y in 0..<source.height {
                for x in 0..<source.width {
                    let read = from + y * source.rowStride + x * block
                    let write = to + y * rowStep + x * columnStep
                    if block == lanes {
                        write.store(read.vector(at: 0), at: 0)
                    } else {
                        for channel in 0..<block {
                            write[channel] = read[channel]
                        }
                    }
                }
            }
        }
    }
}
