import ApusGraph
import ApusInstructions
import ApusPlan

// What rules ask for to read their operands.
extension Lowering {
    /// The value as it was made. What is the same for all samples has a sample stride of 0.
    mutating func made(_ value: ValueID) throws(LoweringError) -> Stored {
        if let stored = stored[value.index] { return stored }
        guard !context.samples.isDynamic(value) else {
            throw .unsupported(value: graph[value].name, operation: "it", reason: "is read before it is made")
        }
        var layout = packedLayout(value, try sampleShape(value))
        layout.sampleStride = 0
        let whole = try wholeValue(value)
        return Stored(place: .fixed(whole.place), layout: layout, elementType: whole.elementType)
    }

    /// The value in exactly this layout; a copy where it is in another.
    mutating func operand(_ value: ValueID, in layout: ImageLayout) throws(LoweringError) -> Stored {
        let source = try made(value)
        if source.layout == layout { return source }
        if source.isRow, source.startsBuffer, layout.height == 1, layout.width == 1, !layout.hasBorder,
            layout.sampleStride == source.layout.sampleStride, layout.channels == source.layout.channels
        {
            var view = source
            view.layout = layout
            return view
        }
        if joins[value] != nil, stage == .body, plan.microBatch == 1, source.imageCount == 1 {
            // There is one sample at a time, so it doesn't matter where the next would be.
            var view = source
            view.layout.sampleStride = layout.sampleStride
            if view.layout == layout { return view }
        }
        let key = CopyKey(value: value.index, layout: layout, stage: stage)
        if let copy = copies[key] { return copy }
        let name = graph[value].name
        guard source.elementType.size == 4 else {
            throw .unsupported(
                value: name, operation: "it", reason: "is \(source.elementType), which can't be laid out in another way"
            )
        }
        let copy = addStored(
            "\(name) copied", layout, elementType: source.elementType, imageCount: source.imageCount)
        emit(
            .relayout, [source.place, copy.place],
            RelayoutParameters(source: source.layout, destination: layout), label: "\(name) copied",
            repeats: source.imageCount)
        copies[key] = copy
        return copy
    }

    /// The value in this layout, whatever the distance of its samples.
    mutating func operand(_ value: ValueID, as layout: ImageLayout) throws(LoweringError) -> Stored {
        let source = try made(value)
        var given = source.layout
        given.sampleStride = layout.sampleStride
        return given == layout ? source : try operand(value, in: aligned(layout))
    }

    /// The value as aligned plain rows.
    mutating func plainOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        let source = try made(value)
        // Bytes too may lie in blocks; all that is no number or byte is plain in any case.
        if source.elementType.size == 1, !source.isPlain, !source.isRow {
            return try copied(value, source, in: try plainLayout(of: value), zero: 0)
        }
        if source.elementType.size != 4 { return source }
        return try operand(value, in: try plainLayout(of: value))
    }

    /// The value as plain elements, whatever its samples' alignment.
    mutating func readableOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        let source = try made(value)
        return source.isPlain ? source : try plainOperand(value)
    }

    /// The value as a blocked image, whatever its border.
    mutating func blockedOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        let source = try made(value)
        if Int(source.layout.channelBlock) == lanes { return source }
        return try operand(value, in: try blockedLayout(of: value))
    }

    /// The value as an image with at least this border.
    mutating func borderedOperand(
        _ value: ValueID, border: Border, blocked: Bool
    ) throws(LoweringError) -> Stored {
        let source = try made(value)
        let layout = source.layout
        let isBlocked = Int(layout.channelBlock) == lanes
        if Int(layout.top) >= border.top, Int(layout.left) >= border.left, Int(layout.bottom) >= border.bottom,
            Int(layout.right) >= border.right, isBlocked || !blocked
        {
            return source
        }
        var wide = layouts.border(of: value)
        wide.widen(to: border)
        return try operand(
            value, in: try blockedLayout(of: value, border: wide, block: isBlocked || blocked ? lanes : 1))
    }

    /// The destination gradient of a convolution as a blocked image, or as a pool left it where that is what is stored.
    mutating func gradientOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        if let pooled = pooled[value] { return pooled.gradient }
        return try blockedOperand(value)
    }

    /// A value that is the same for all samples, for an instruction of the body.
    mutating func sharedOperand(_ value: ValueID) throws(LoweringError) -> Operand { try wholeValue(value).place }
}
