/// An ``ImageLayout`` whose fields are known to make sense; all numbers are in elements.
package struct CheckedImage: Sendable {
    package let layout: ImageLayout
    /// Blocks that hold the channels.
    package let blocks: Int
    /// Elements of a sample, border and unused lanes included.
    package let sampleElements: Int
    /// Elements from one sample to the next.
    package let sampleStride: Int

    /// - Parameters:
    ///   - name: what the image is, for errors: `source`.
    ///   - isWritten: whether samples must lie apart from each other.
    package init(_ layout: ImageLayout, _ name: String, isWritten: Bool = false) throws(ParameterError) {
        for (field, value) in [
            ("channels", layout.channels), ("height", layout.height), ("width", layout.width),
            ("block", layout.channelBlock),
        ] where value < 1 {
            throw ParameterError("the \(name)'s \(field) is \(value)")
        }
        for (field, value) in [
            ("top", layout.top), ("left", layout.left), ("bottom", layout.bottom), ("right", layout.right),
            ("sample stride", layout.sampleStride),
        ] where value < 0 {
            throw ParameterError("the \(name)'s \(field) is \(value)")
        }
        let rows = Int(layout.top) + Int(layout.height) + Int(layout.bottom)
        let columns = Int(layout.left) + Int(layout.width) + Int(layout.right)
        blocks = (Int(layout.channels) + Int(layout.channelBlock) - 1) / Int(layout.channelBlock)
        sampleElements = product(blocks, rows, columns, Int(layout.channelBlock))
        // Kernels count the elements of a sample in 32 bits where they can.
        guard sampleElements <= Int(Int32.max) else { throw ParameterError("the \(name) is too large") }
        sampleStride = Int(layout.sampleStride)
        self.layout = layout
        if isWritten { try requireSamplesApart(name) }
    }

    /// Checks that no two samples have a place in common: whoever writes them would wait for the same bytes again and again.
    package func requireSamplesApart(_ name: String) throws(ParameterError) {
        try require(
            sampleStride >= sampleElements,
            "the \(name)'s samples of \(sampleElements) elements are \(sampleStride) apart")
    }

    package var block: Int { Int(layout.channelBlock) }
    package var height: Int { Int(layout.height) }
    package var width: Int { Int(layout.width) }
    /// Elements of the picture in whole blocks, without border.
    package var pictureElements: Int { product(blocks, height, width, block) }
    /// Channels in whole blocks.
    package var paddedChannels: Int { blocks * block }

    package func hasSamePicture(as other: CheckedImage) -> Bool {
        layout.channels == other.layout.channels && height == other.height && width == other.width
    }
}
