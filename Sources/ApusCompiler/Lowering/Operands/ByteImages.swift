import ApusGraph
import ApusInstructions

// Images of bytes, whose border holds the byte that stands for zero, and what must be known of them when the plan is made.
extension Lowering {
    /// Room for bytes, in the layout that was chosen for them; plain ones too have the border that their readers ask for.
    mutating func makeByteResult(_ value: ValueID) throws(LoweringError) -> Stored {
        let border = layouts.border(of: value)
        guard !layouts.isBlocked(value), border != Border(), joins[value] == nil else { return try makeResult(value) }
        let result = addStored(
            graph[value].name, try blockedLayout(of: value, border: border, block: 1),
            elementType: graph[value].type.elementType, imageCount: context.samples.imageCount(value))
        stored[value.index] = result
        return result
    }

    /// The value as an image of bytes with at least this border.
    ///
    /// - Parameter zero: what a border that is asked for holds.
    mutating func byteOperand(
        _ value: ValueID, border: Border, isBlocked: Bool, zero: Int
    ) throws(LoweringError) -> Stored {
        let source = try made(value)
        let block = isBlocked ? lanes : 1
        let layout = source.layout
        if Int(layout.channelBlock) == block, Int(layout.top) >= border.top, Int(layout.left) >= border.left,
            Int(layout.bottom) >= border.bottom, Int(layout.right) >= border.right,
            border == Border() || borderByte(of: value) == zero
        {
            return source
        }
        var wide = layouts.border(of: value)
        wide.widen(to: border)
        let wanted = try blockedLayout(of: value, border: wide, block: block)
        if source.isRow, source.startsBuffer, !wanted.hasBorder, wanted.sampleStride == layout.sampleStride {
            var view = source
            view.layout = wanted
            return view
        }
        return try copied(value, source, in: wanted, zero: zero)
    }

    /// A copy of bytes in another layout, made once.
    mutating func copied(
        _ value: ValueID, _ source: Stored, in layout: ImageLayout, zero: Int
    ) throws(LoweringError) -> Stored {
        let key = CopyKey(value: value.index, layout: layout, stage: stage)
        if let copy = copies[key] { return copy }
        let label = "\(graph[value].name) copied"
        let copy = addStored(label, layout, elementType: source.elementType, imageCount: source.imageCount)
        var parameters = ConvertImageParameters(
            source: source.layout, destination: layout, sourceBytes: 1, resultBytes: 1)
        parameters.zeroPoint = Int32(zero)
        emit(.convertImage, [source.place, copy.place], parameters, label: label, repeats: source.imageCount)
        copies[key] = copy
        return copy
    }

    /// What the border of a value of bytes holds: what its readers want, or those of the value that it is joined into.
    func borderByte(of value: ValueID) -> Int {
        if let joined = joins[value] { return borderByte(of: joined.whole) }
        return layouts.fill(of: value) ?? 0
    }

    /// Gives the border of bytes that an instruction has just written what the readers want there.
    mutating func fillBorder(_ result: Stored, of value: ValueID, label: String) {
        guard result.layout.hasBorder else { return }
        emit(
            .fillBorder, [result.place], FillBorderParameters(result.layout, value: borderByte(of: value)),
            label: label, repeats: result.imageCount)
    }

    /// Gives the border of what an instruction on bytes has just written what belongs there, bytes or zeros.
    mutating func completeBorder(_ result: Stored, of value: ValueID, label: String) {
        if result.elementType == .u8 {
            fillBorder(result, of: value, label: label)
        } else {
            clearBorder(result, label: label)
        }
    }

    /// The elements of a value that must be known when the plan is made.
    func fixedElements(of value: ValueID, _ site: Site) throws(LoweringError) -> Elements {
        guard let elements = literals[value] ?? computed[value] else {
            throw site.unsupported("has weights of bytes that are no constants")
        }
        return elements
    }
}
