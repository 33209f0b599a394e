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
        // The minimum of all fields is looked at first: a list of them would take memory, for each image of each plan.
        let sizes = min(layout.channels, layout.height, layout.width, layout.channelBlock)
        let borders = min(min(layout.top, layout.left, layout.bottom, layout.right), layout.sampleStride)
        if sizes < 1 || borders < 0 { throw Self.wrongField(of: layout, name) }
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

    /// The first field that is wrong.
    private static func wrongField(of layout: ImageLayout, _ name: String) -> ParameterError {
        let fields = [
            ("channels", layout.channels, 1), ("height", layout.height, 1), ("width", layout.width, 1),
            ("block", layout.channelBlock, 1), ("top", layout.top, 0), ("left", layout.left, 0),
            ("bottom", layout.bottom, 0), ("right", layout.right, 0), ("sample stride", layout.sampleStride, 0),
        ]
        let (field, value, _) = fields.first { $0.1 < $0.2 } ?? fields[0]
        return ParameterError("the \(name)'s \(field) is \(value)")
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
    /// Elements of the image in whole blocks, without border.
    package var imageElements: Int { product(blocks, height, width, block) }
    /// Channels in whole blocks.
    package var paddedChannels: Int { blocks * block }

    package func hasSameSize(as other: CheckedImage) -> Bool {
        layout.channels == other.layout.channels && height == other.height && width == other.width
    }
}
