import ApusInstructions

/// Elements of a block of a row: 32 vectors for each of eight accumulators.
@inline(__always)
var rowBlock: Int { 256 * lanes }

/// The block of `count` elements, 1 to ``rowBlock``, joined lane by lane.
@inline(__always)
private func joinedBlock<Step: ReductionStep>(
    _ step: Step.Type, _ source: Floats, count: Int, shift: Vector
) -> Vector {
    @inline(__always)
    func next(_ index: Int) -> Vector { Step.mapped(source.vector(at: index), shift) }
    var index = 0
    var result = Vector(repeating: Step.identity)
    if count >= 8 * lanes {
        var (a, b, c, d) = (next(0), next(lanes), next(2 * lanes), next(3 * lanes))
        var (e, f, g, h) = (next(4 * lanes), next(5 * lanes), next(6 * lanes), next(7 * lanes))
        index = 8 * lanes
        while index + 8 * lanes <= count {
            a = Step.joined(a, next(index))
            b = Step.joined(b, next(index + lanes))
            c = Step.joined(c, next(index + 2 * lanes))
            d = Step.joined(d, next(index + 3 * lanes))
            e = Step.joined(e, next(index + 4 * lanes))
            f = Step.joined(f, next(index + 5 * lanes))
            g = Step.joined(g, next(index + 6 * lanes))
            h = Step.joined(h, next(index + 7 * lanes))
            index += 8 * lanes
        }
        result = Step.joined(
            Step.joined(Step.joined(a, b), Step.joined(c, d)), Step.joined(Step.joined(e, f), Step.joined(g, h)))
    }
    while index + lanes <= count {
        result = Step.joined(result, next(index))
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
    _ step: Step.Type, _ source: StoredValues, _ start: Int, _ loops: StridedLoops, shift: Float, buffer: Floats
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
