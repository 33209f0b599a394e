import ApusInstructions

/// Elements of a block of a row: 32 vectors for each of eight accumulators.
@inline(__always)
var rowBlock: Int { 256 * lanes }

/// The block of `count` elements, 1 to ``rowBlock``, joined lane by lane.
@inline(__always)
func joinedBlock<Step: ReductionStep>(
    _ step: Step.Type, _ source: Floats, count: Int, shift: Vector
) -> Vector {
    var index = 0
    var result = Vector(repeating: Step.identity)
    if count >= 8 * lanes {
        var a = Step.mapped(source.vector(at: 0), shift)
        var b = Step.mapped(source.vector(at: lanes), shift)
        var c = Step.mapped(source.vector(at: 2 * lanes), shift)
        var d = Step.mapped(source.vector(at: 3 * lanes), shift)
        var e = Step.mapped(source.vector(at: 4 * lanes), shift)
        var f = Step.mapped(source.vector(at: 5 * lanes), shift)
        var g = Step.mapped(source.vector(at: 6 * lanes), shift)
        var h = Step.mapped(source.vector(at: 7 * lanes), shift)
        index = 8 * lanes
        while index + 8 * lanes <= count {
            a = Step.joined(a, Step.mapped(source.vector(at: index), shift))
            b = Step.joined(b, Step.mapped(source.vector(at: index + lanes), shift))
            c = Step.joined(c, Step.mapped(source.vector(at: index + 2 * lanes), shift))
            d = Step.joined(d, Step.mapped(source.vector(at: index + 3 * lanes), shift))
            e = Step.joined(e, Step.mapped(source.vector(at: index + 4 * lanes), shift))
            f = Step.joined(f, Step.mapped(source.vector(at: index + 5 * lanes), shift))
            g = Step.joined(g, Step.mapped(source.vector(at: index + 6 * lanes), shift))
            h = Step.joined(h, Step.mapped(source.vector(at: index + 7 * lanes), shift))
            index += 8 * lanes
        }
        result = Step.joined(
            Step.joined(Step.joined(a, b), Step.joined(c, d)), Step.joined(Step.joined(e, f), Step.joined(g, h)))
    }
    while index + lanes <= count {
        result = Step.joined(result, Step.mapped(source.vector(at: index), shift))
        index += lanes
    }
    if index < count {
        let rest = source.vector(at: index, count: count - index, fill: Step.fill)
        result = Step.joined(result, Step.mapped(rest, shift))
    }
    return result
}

/// All elements that `loops` reach from `start` on, joined. `buffer` has room for a block.
@inline(__always)
func joinedRow<Step: ReductionStep>(
    _ step: Step.Type, _ source: StoredValues, _ start: Int, _ loops: PairedLoops, shift: Float, buffer: Floats
) -> Float {
    let inner = loops.inner
    let shiftVector = Vector(repeating: shift)
    if loops.depth == 1 && inner.count > 0 && inner.count <= rowBlock {
        let from = source.floats(at: start, stride: inner.first, count: inner.count, buffer: buffer)
        return Step.joinedLanes(joinedBlock(step, from, count: inner.count, shift: shiftVector))
    }
    var cascade = Cascade<Step>()
    loops.forEachRun { offset, _ in
        var index = 0
        while index < inner.count {
            let count = min(inner.count - index, rowBlock)
            let from = source.floats(
                at: start + offset + index * inner.first, stride: inner.first, count: count, buffer: buffer)
            cascade.add(joinedBlock(step, from, count: count, shift: shiftVector))
            index += count
        }
    }
    return Step.joinedLanes(cascade.total)
}
