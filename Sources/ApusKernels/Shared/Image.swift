import ApusInstructions

/// How far samples, blocks and rows of an ``ImageLayout`` are apart, and where its first pixel is, in elements: worked out
/// here, once a call, because the layout's own accessors are calls into another module.
struct ImageSteps {
    let sample: Int
    let block: Int
    let row: Int
    /// From a sample's start to its first pixel inside the border.
    let origin: Int

    @inline(__always)
    init(_ layout: ImageLayout) {
        let pixel = Int(layout.channelBlock)
        sample = Int(layout.sampleStride)
        row = (Int(layout.left) &+ Int(layout.width) &+ Int(layout.right)) &* pixel
        block = (Int(layout.top) &+ Int(layout.height) &+ Int(layout.bottom)) &* row
        origin = Int(layout.top) &* row &+ Int(layout.left) &* pixel
    }

    /// In bytes, of elements that have so many.
    @inline(__always)
    init(_ layout: ImageLayout, elementBytes: Int) {
        let steps = ImageSteps(layout)
        sample = steps.sample &* elementBytes
        row = steps.row &* elementBytes
        block = steps.block &* elementBytes
        origin = steps.origin &* elementBytes
    }
}

/// An ``ImageLayout`` with its strides worked out once a call, in elements.
struct Image {
    let channels, height, width, block, blocks, rowStride, blockStride, origin, sampleStride: Int
    let top, left, bottom, right: Int

    @inline(__always)
    init(_ layout: ImageLayout) {
        channels = Int(layout.channels)
        height = Int(layout.height)
        width = Int(layout.width)
        block = Int(layout.channelBlock)
        top = Int(layout.top)
        left = Int(layout.left)
        bottom = Int(layout.bottom)
        right = Int(layout.right)
        sampleStride = Int(layout.sampleStride)
        // A division by a number that isn't known takes longer than all the rest.
        blocks = block == 1 ? channels : block == lanes ? layout.vectorBlocks : (channels + block - 1) / block
        let steps = ImageSteps(layout)
        rowStride = steps.row
        blockStride = steps.block
        origin = steps.origin
    }

    @inline(__always)
    var hasBorder: Bool { top | left | bottom | right != 0 }

    /// Whether its channels lie one after the other: an image of one pixel without a border, whatever its blocks.
    @inline(__always)
    var isRow: Bool { !hasBorder && height == 1 && width == 1 }

    /// Elements from an operand's address to the first pixel of a block.
    @inline(__always)
    func start(sample: Int, block index: Int) -> Int { sample * sampleStride + index * blockStride + origin }

    /// Elements from a sample's start to the first pixel of a channel.
    @inline(__always)
    func offset(of channel: Int) -> Int { channel / block * blockStride + origin + channel % block }

    /// Zeroes the border of one block that starts at `start`.
    @inline(__always)
    func clearBorder(of start: Floats) {
        if hasBorder { clearBorder(of: start, rows: 0..<height) }
    }

    /// Zeroes the border of one block beside these rows, above the first of the image and below the last of it.
    @inline(__always)
    func clearBorder(of start: Floats, rows: Range<Int>) {
        let leftCount = left * block
        let rightCount = right * block
        let first = start + (top + rows.lowerBound) * rowStride
        if rows.lowerBound == 0 {
            fill(start, count: top * rowStride + leftCount, with: 0)
        } else {
            fill(first, count: leftCount, with: 0)
        }
        // A row's right border and the next row's left border are neighbours.
        var end = first + (left + width) * block
        for _ in 1..<rows.count {
            fill(end, count: rightCount + leftCount, with: 0)
            end += rowStride
        }
        fill(end, count: rightCount + (rows.upperBound == height ? bottom * rowStride : 0), with: 0)
    }

    /// Zeroes the image of one block that starts at `start`, and leaves the border.
    @inline(__always)
    func clearImage(of start: Floats) {
        if left == 0 && right == 0 {
            fill(start + origin, count: height * rowStride, with: 0)
        } else {
            for y in 0..<height {
                fill(start + origin + y * rowStride, count: width * block, with: 0)
            }
        }
    }
}

extension ImageLayout {
    /// Blocks as wide as a vector that hold the channels.
    @inline(__always)
    var vectorBlocks: Int { (Int(channels) &+ lanes &- 1) / lanes }
}
