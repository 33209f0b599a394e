import ApusInstructions

func clearBorder(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let picture = Picture(parameters.load(as: ImageLayout.self))
    if !picture.hasBorder { return }
    for sample in 0..<samples {
        let start = operands.floats(0) + sample * picture.sampleStride
        for block in 0..<picture.blocks {
            picture.clearBorder(of: start + block * picture.blockStride)
        }
    }
}
