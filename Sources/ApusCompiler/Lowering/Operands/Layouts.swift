import ApusGraph
import ApusInstructions

// How a value's elements may lie.
extension Lowering {
    /// Elements that samples are aligned to: a cache line.
    private static let sampleAlignment = 16

    /// Whether samples of so many elements lie one right after the other where they are aligned.
    static func liesEvenly(_ elements: Int) -> Bool { elements.isMultiple(of: sampleAlignment) }

    /// The shape of a sample of the value, or of all of it where it is the same for all samples.
    func sampleShape(_ value: ValueID) throws(LoweringError) -> [Int] {
        guard let shape = context.samples.shape(value) else {
            throw .unknownExtent(value: graph[value].name, type: graph[value].type.description)
        }
        return shape
    }

    /// Channels, height and width of one image of the value; what is no image is a row.
    private func extents(_ value: ValueID, _ shape: [Int]) -> (channels: Int, height: Int, width: Int) {
        let image = context.samples.hasImages(value) ? Array(shape.dropFirst()) : shape
        return image.count == 3 ? (image[0], image[1], image[2]) : (image.reduce(1, *), 1, 1)
    }

    /// Row-major order, one sample right after the other: how callers hand values over.
    func packedLayout(_ value: ValueID, _ shape: [Int]) -> ImageLayout {
        let (channels, height, width) = extents(value, shape)
        return ImageLayout(channels: channels, height: height, width: width)
    }

    /// Row-major order, each sample at the start of a cache line. The images of a sample lie one right after the other.
    func plainLayout(of value: ValueID) throws(LoweringError) -> ImageLayout {
        let layout = packedLayout(value, try sampleShape(value))
        return context.samples.imageCount(value) == 1 ? aligned(layout) : layout
    }

    /// Blocks of the target's lanes, or of `block` channels, with a border.
    func blockedLayout(
        of value: ValueID, border: Border = .init(), block: Int? = nil
    ) throws(LoweringError) -> ImageLayout {
        let (channels, height, width) = extents(value, try sampleShape(value))
        return blockedLayout(channels: channels, height: height, width: width, border: border, block: block)
    }

    func blockedLayout(channels: Int, height: Int, width: Int, border: Border, block: Int? = nil) -> ImageLayout {
        aligned(
            ImageLayout(
                channels: channels, height: height, width: width, channelBlock: block ?? lanes, top: border.top,
                left: border.left, bottom: border.bottom, right: border.right))
    }

    /// The layout with each sample at the start of a cache line.
    func aligned(_ layout: ImageLayout) -> ImageLayout {
        var layout = layout
        layout.sampleStride = Int32(layout.sampleElements.roundedUp(to: Self.sampleAlignment))
        return layout
    }
}
