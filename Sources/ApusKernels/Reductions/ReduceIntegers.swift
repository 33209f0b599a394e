import ApusInstructions

/// Integers that are loaded at a time: half of the scratch.
private let tile = 512

/// Reduces integers, exactly but for wrapping round: any order gives the same.
func reduceIntegers(
    _ source: StoredValues, _ destination: StoredValues, _ kept: PairedLoops, _ joined: PairedLoops, isAcross: Bool,
    _ operation: ReduceOperation, accumulate: Bool
) {
    // On the stack: a temporary allocation of this size would come from the heap.
    var scratch = InlineArray<1024, Int64>(repeating: 0)
    withUnsafeMutableBytes(of: &scratch) { scratch in
        let reducer = IntegerReducer(
            source: source, destination: destination, kept: kept, joined: joined, isAcross: isAcross,
            accumulate: accumulate, buffer: scratch.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int64.self))
        switch operation {
        case .maximum: reducer.reduce(.min) { $0 > $1 ? $0 : $1 }
        case .minimum: reducer.reduce(.max) { $0 < $1 ? $0 : $1 }
        case .product: reducer.reduce(1) { $0 &* $1 }
        case .l1: reducer.reduce(0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }
        case .sumSquare: reducer.reduce(0) { $0 &+ $1 &* $1 }
        default: reducer.reduce(0) { $0 &+ $1 }
        }
    }
}

private struct IntegerReducer {
    let source, destination: StoredValues
    let kept, joined: PairedLoops
    let isAcross, accumulate: Bool
    let buffer: Integers

    private var totals: Integers { buffer + tile }

    @inline(__always)
    func reduce(_ identity: Int64, _ join: (_ total: Int64, _ element: Int64) -> Int64) {
        let inner = kept.inner
        let row = joined.inner
        kept.forEachRun { offset, result in
            if !isAcross {
                for index in 0..<inner.count {
                    put(
                        joinedRow(offset + index * inner.first, identity, join), at: result + index * inner.second)
                }
                return
            }
            var index = 0
            while index < inner.count {
                let count = min(tile, inner.count - index)
                for column in 0..<count { totals[column] = identity }
                joined.forEachRun { rowOffset, _ in
                    for step in 0..<row.count {
                        let from = source.integers(
                            at: offset + index * inner.first + rowOffset + step * row.first, stride: inner.first,
                            count: count, buffer: buffer)
                        for column in 0..<count { totals[column] = join(totals[column], from[column]) }
                    }
                }
                for column in 0..<count { put(totals[column], at: result + (index + column) * inner.second) }
                index += count
            }
        }
    }

    @inline(__always)
    private func joinedRow(_ start: Int, _ identity: Int64, _ join: (Int64, Int64) -> Int64) -> Int64 {
        let inner = joined.inner
        var total = identity
        joined.forEachRun { offset, _ in
            var index = 0
            while index < inner.count {
                let count = min(tile, inner.count - index)
                let from = source.integers(
                    at: start + offset + index * inner.first, stride: inner.first, count: count, buffer: buffer)
                for column in 0..<count { total = join(total, from[column]) }
                index += count
            }
        }
        return total
    }

    @inline(__always)
    private func put(_ value: Int64, at offset: Int) {
        destination.put(accumulate ? destination.integer(at: offset) &+ value : value, at: offset)
    }
}
