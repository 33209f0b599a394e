import ApusGraph
import ApusInstructions

/// Each operand that was not made in its part of the result is copied there. Blocked images whose channels fill whole blocks stay
/// so.
struct ConcatRule: OperatorRule, SingleRule {
    let operation: Concat

    init(_ operation: Concat) { self.operation = operation }

    var joinedAxis: Int? { operation.axis }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.joinsBlocks(site.operands, in: site.results[0], axis: operation.axis) ? .asCompanions : .plain
    }

    func companions(_ site: Site) -> [ValueID] {
        site.joinsBlocks(site.operands, in: site.results[0], axis: operation.axis) ? site.operands : []
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let result = site.results[0]
        let shape = try lowering.typeShape(result)
        let axis = operation.axis < 0 ? operation.axis + shape.count : operation.axis
        let whole = try lowering.makeJoined(result)
        var start = 0
        for operand in site.operands {
            let extents = try lowering.typeShape(operand)
            let part = Joins.Part(whole: result, axis: axis, start: start)
            start += extents[axis]
            if lowering.joins[operand] == part {
                let source = try lowering.made(operand)
                if source.place == (try lowering.part(operand, part, of: whole)).place { continue }
            }
            if whole.layout.channelBlock > 1 {
                try lowering.copyBlocks(of: operand, to: part, of: whole, site)
            } else {
                let source = try lowering.readableOperand(operand)
                let strides = rowMajorStrides(shape)
                try lowering.emitCopy(
                    extents, from: StridedOperand(source, strides: rowMajorStrides(extents)),
                    to: StridedOperand(whole, strides: strides, offset: part.start * strides[axis]), site)
            }
        }
    }
}

extension Site {
    /// Whether images that are the parts of another, one after the other, can lie in blocks as the other does: all but the last
    /// have whole blocks of channels.
    func joinsBlocks(_ parts: [ValueID], in whole: ValueID, axis: Int) -> Bool {
        guard type(whole).rank == 4, axis == 1 || axis == -3 else { return false }
        return [.f32, .u8].contains(type(whole).elementType) && parts.allSatisfy(isDynamic)
            && parts.dropLast().allSatisfy { type($0).dimensions[1].number?.isMultiple(of: lanes) ?? false }
    }
}

extension Lowering {
    /// Copies an image to its blocks of channels of another.
    fileprivate mutating func copyBlocks(
        of value: ValueID, to part: Joins.Part, of whole: Stored, _ site: Site
    ) throws(LoweringError) {
        let source = try made(value)
        let destination = try self.part(value, part, of: whole)
        guard source.elementType == .f32 else {
            var parameters = ConvertImageParameters(
                source: source.layout, destination: destination.layout, sourceBytes: 1, resultBytes: 1)
            parameters.zeroPoint = Int32(borderByte(of: part.whole))
            return emit(
                .convertImage, [source.place, destination.place], parameters, label: site.name,
                repeats: source.imageCount)
        }
        emit(
            .relayout, [source.place, destination.place],
            RelayoutParameters(source: source.layout, destination: destination.layout), label: site.name,
            repeats: source.imageCount)
    }
}
