import ApusInstructions

/// What ``IndexParameters`` say, as loops over the places of the indexed operand and over those of the indices.
struct IndexedPositions {
    private let loops: PairedLoops
    private let depth: Int
    private let extents, strides: InlineArray<8, Int>
    let run: Int
    private let isWide: Bool
    private let isEmpty: Bool

    init(_ parameters: IndexParameters) {
        var loops = PairedLoops()
        var isEmpty = parameters.run == 0
        for dimension in 0..<8 {
            if parameters.extents[dimension] == 0 { isEmpty = true }
            loops.append(
                Int(parameters.extents[dimension]), first: Int(parameters.strides[dimension]),
                second: Int(parameters.indexStrides[dimension]))
        }
        self.loops = loops
        depth = Int(parameters.depth)
        extents = InlineArray { Int(parameters.indexedExtents[$0]) }
        strides = InlineArray { Int(parameters.indexedStrides[$0]) }
        run = Int(parameters.run)
        isWide = parameters.indexBytes == 8
        self.isEmpty = isEmpty
    }

    /// Calls `body` for each position in order, with its place in the indexed operand. `isInside` is false where an index was
    /// out of range; `place` is then that of the nearest index.
    @inline(__always)
    func forEach(_ indices: UnsafeRawPointer, _ body: (_ place: Int, _ isInside: Bool) -> Void) {
        if isEmpty { return }
        if isWide {
            forEachTuple(indices.assumingMemoryBound(to: Int64.self), body)
        } else {
            forEachTuple(indices.assumingMemoryBound(to: Int32.self), body)
        }
    }

    @inline(__always)
    private func forEachTuple<Index: FixedWidthInteger>(
        _ indices: UnsafePointer<Index>, _ body: (_ place: Int, _ isInside: Bool) -> Void
    ) {
        let inner = loops.inner
        loops.forEachRun { start, firstIndex in
            for step in 0..<inner.count {
                let tuple = indices + (firstIndex + step * inner.second)
                var (place, isInside) = position(Int(tuple[0]), 0)
                place += start + step * inner.first
                for part in 1..<depth {
                    let further = position(Int(tuple[part]), part)
                    place += further.place
                    isInside = isInside && further.isInside
                }
                body(place, isInside)
            }
        }
    }

    /// The place of the index `given` along one of the indexed dimensions, and whether it is in range.
    @inline(__always)
    private func position(_ given: Int, _ part: Int) -> (place: Int, isInside: Bool) {
        let extent = extents[part]
        let index = given < 0 ? given &+ extent : given
        let nearest = max(min(index, extent - 1), 0)
        return (nearest * strides[part], nearest == index && extent > 0)
    }
}
