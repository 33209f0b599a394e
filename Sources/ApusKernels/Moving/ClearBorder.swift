import ApusInstructions

func clearBorder(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let image = Image(parameters.load(as: ImageLayout.self))
    if !image.hasBorder { return }
    for sample in 0..<samples {
        let start = operands.floats(0) + sample * image.sampleStride
        for block in 0..<image.blocks {
            image.clearBorder(of: start + block * image.blockStride)
        }
    }
}
