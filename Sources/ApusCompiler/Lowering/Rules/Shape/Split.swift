import ApusGraph

/// Each result is a part of the operand: a view where its elements lie together, else a copy. Parts of a blocked image that have
/// whole blocks of channels are views too.
struct SplitRule: OperatorRule, SingleRule {
    let operation: Split

    init(_ operation: Split) { self.operation = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        cutsBlocks(site) && !isPlain(site.operands[0]) ? .asCompanions : .plain
    }

    func companions(_ site: Site) -> [ValueID] { cutsBlocks(site) ? site.operands + site.results.dropFirst() : [] }

    private func cutsBlocks(_ site: Site) -> Bool {
        site.isDynamic(site.operands[0])
            && site.joinsBlocks(site.results, in: site.operands[0], axis: operation.axis)
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let whole = site.operands[0]
        let shape = try lowering.typeShape(whole)
        let axis = operation.axis < 0 ? operation.axis + shape.count : operation.axis
        let strides = rowMajorStrides(shape)
        let source = try lowering.made(whole)
        let isBlocked = cutsBlocks(site) && Int(source.layout.channelBlock) == site.lanes
        var start = 0
        for result in site.results {
            let extents = try lowering.typeShape(result)
            if isBlocked {
                let part = Joins.Part(whole: whole, axis: axis, start: start)
                lowering.stored[result.index] = try lowering.part(result, part, of: source)
            } else {
                let movement = Movement(extents: extents, strides: strides, offset: start * strides[axis])
                try lowering.move(whole, to: result, by: movement, site)
            }
            start += extents[axis]
        }
    }
}
