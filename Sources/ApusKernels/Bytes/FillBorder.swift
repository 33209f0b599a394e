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
private func fillBorder(of image: Image, _ start: Bytes, rows: Range<Int>, with value: UInt8) {
    let (left, right) = (image.left * image.block, image.right * image.block)
    var row = start + (image.top + rows.lowerBound) * image.rowStride
    if rows.lowerBound == 0 { fillBytes(start, count: image.top * image.rowStride, with: value) }
    for _ in rows {
        fillBytes(row, count: left, with: value)
        fillBytes(row + left + image.width * image.block, count: right, with: value)
        row += image.rowStride
    }
    if rows.upperBound == image.height { fillBytes(row, count: image.bottom * image.rowStride, with: value) }
}
