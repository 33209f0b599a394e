import ApusInstructions

func clearBorder(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: ClearBorderParameters.self)
    let image = Image(settings.image)
    if !image.hasBorder { return }
    let rows = Int(settings.firstRow)..<Int(settings.firstRow) + Int(settings.rows)
    for sample in 0..<samples {
        let start = operands.floats(0) + sample * image.sampleStride
        for block in 0..<image.blocks {
            image.clearBorder(of: start + block * image.blockStride, rows: rows)
        }
    }
}
