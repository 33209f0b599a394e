import ApusInstructions

func fillBorder(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: FillBorderParameters.self)
    let image = Image(settings.border.image)
    if !image.hasBorder { return }
    let value = UInt8(truncatingIfNeeded: settings.value)
    let firstRow = Int(settings.border.firstRow)
    for sample in 0..<samples {
        let start = operands.bytes(0) + sample * image.sampleStride
        for block in 0..<image.blocks {
            fillBorder(
                of: image, start + block * image.blockStride, rows: firstRow..<firstRow + Int(settings.border.rows),
                with: value)
        }
    }
}

/// Fills the border of one block beside these rows, above the first of the image and below the last of it.
///
/// What is to the right of a row and to the left of the next lies together.
private func fillBorder(of image: Image, _ start: Bytes, rows: Range<Int>, with value: UInt8) {
    let (left, right) = (image.left * image.block, image.right * image.block)
    let width = image.width * image.block
    var pixels = start + (image.top + rows.lowerBound) * image.rowStride + left
    let above = rows.lowerBound == 0 ? image.top * image.rowStride : 0
    fillBytes(pixels - (above + left), count: above + left, with: value)
    for _ in 1..<rows.count {
        fillBytes(pixels + width, count: right + left, with: value)
        pixels += image.rowStride
    }
    let below = rows.upperBound == image.height ? image.bottom * image.rowStride : 0
    fillBytes(pixels + width, count: right + below, with: value)
}
