import ApusGraph
import ApusInstructions

// Values `[N, C, ...]` of any rank as blocked images, as batch norm takes them: all behind the channels is a column of pixels.
extension Site {
    /// Whether the value's own layout is that of its channels: an image's, or a row's.
    func liesByChannels(_ value: ValueID) -> Bool { [2, 4].contains(type(value).rank) }
}

extension Lowering {
    /// The value as a blocked image.
    mutating func channelImage(_ value: ValueID, _ site: Site) throws(LoweringError) -> Stored {
        if site.liesByChannels(value) { return try blockedOperand(value) }
        let view = try channelView(try readableOperand(value), value)
        let name = "\(graph[value].name) in blocks"
        let blocked = addStored(name, blockedColumn(view), imageCount: view.imageCount)
        emit(
            .relayout, [view.place, blocked.place],
            RelayoutParameters(source: view.layout, destination: blocked.layout), label: name,
            repeats: view.imageCount)
        return blocked
    }

    /// Room for a result as a blocked image. ``storeChannelImage(_:in:_:)`` must follow.
    mutating func makeChannelImage(_ value: ValueID, _ site: Site) throws(LoweringError) -> Stored {
        if site.liesByChannels(value) { return try makeResult(value) }
        let view = try channelView(try makeResult(value), value)
        return addStored("\(graph[value].name) in blocks", blockedColumn(view), imageCount: view.imageCount)
    }

    /// Makes the value of what was written into its blocked image.
    mutating func storeChannelImage(_ image: Stored, in value: ValueID, _ site: Site) throws(LoweringError) {
        if site.liesByChannels(value) { return clearBorder(image, label: site.name) }
        let view = try channelView(try made(value), value)
        emit(
            .relayout, [image.place, view.place],
            RelayoutParameters(source: image.layout, destination: view.layout), label: graph[value].name,
            repeats: view.imageCount)
    }

    /// A vector of the channels with room up to whole blocks.
    mutating func channelVector(_ value: ValueID) throws(LoweringError) -> Place {
        context.samples.isDynamic(value) ? try plainOperand(value).place : .fixed(try paddedVector(value))
    }

    /// A plain value's memory as columns of pixels.
    private func channelView(_ plain: Stored, _ value: ValueID) throws(LoweringError) -> Stored {
        let dimensions = try typeShape(value)
        var view = plain
        view.imageCount = dimensions[0]
        view.layout = ImageLayout(channels: dimensions[1], height: dimensions[2...].reduce(1, *), width: 1)
        // Several images of a sample lie one right after the other.
        if view.imageCount == 1 { view.layout.sampleStride = plain.layout.sampleStride }
        return view
    }

    private func blockedColumn(_ view: Stored) -> ImageLayout {
        blockedLayout(
            channels: Int(view.layout.channels), height: Int(view.layout.height), width: 1, border: Border())
    }
}
