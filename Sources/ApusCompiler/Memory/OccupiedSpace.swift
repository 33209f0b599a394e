/// Which bytes of an arena are taken when, while buffers are put into it one after the other.
///
/// A segment tree over moments (Bentley, "Solutions to Klee's Rectangle Problems", 1977). A node stands for a run of moments. It knows
/// which bytes are taken by buffers that are there during all of it, and which are taken at some moment of it. Buffers that lie one on
/// the other make one range, so that the lists stay short where buffers are packed well.
struct OccupiedSpace {
    private let moments: Int
    /// For each node, the root being 1 and the children of `n` being `2n` and `2n + 1`.
    private var throughout: [ByteRanges]
    private var sometime: [ByteRanges]

    /// Empty space for moments 0 to `moments - 1`.
    init(moments: Int) {
        self.moments = max(1, moments)
        var leaves = 1
        while leaves < moments { leaves *= 2 }
        throughout = Array(repeating: ByteRanges(), count: 2 * leaves)
        sometime = throughout
    }

    /// Takes bytes during these moments. O(log moments) changes of a list.
    mutating func take(_ bytes: Range<Int>, during moments: ClosedRange<Int>) {
        take(bytes, moments, node: 1, 0...self.moments - 1)
    }

    private mutating func take(
        _ bytes: Range<Int>, _ wanted: ClosedRange<Int>, node: Int, _ own: ClosedRange<Int>
    ) {
        sometime[node].insert(bytes)
        if wanted.lowerBound <= own.lowerBound, own.upperBound <= wanted.upperBound {
            throughout[node].insert(bytes)
            return
        }
        let middle = (own.lowerBound + own.upperBound) / 2
        if wanted.lowerBound <= middle { take(bytes, wanted, node: 2 * node, own.lowerBound...middle) }
        if wanted.upperBound > middle { take(bytes, wanted, node: 2 * node + 1, middle + 1...own.upperBound) }
    }

    /// The ranges of bytes that are taken at some moment of these, by their start. They may overlap. O(log moments) lists.
    func taken(during moments: ClosedRange<Int>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        collect(moments, node: 1, 0...self.moments - 1, into: &ranges)
        ranges.sort { $0.lowerBound < $1.lowerBound }
        return ranges
    }

    private func collect(
        _ wanted: ClosedRange<Int>, node: Int, _ own: ClosedRange<Int>, into ranges: inout [Range<Int>]
    ) {
        if wanted.lowerBound <= own.lowerBound, own.upperBound <= wanted.upperBound {
            ranges += sometime[node].all
            return
        }
        ranges += throughout[node].all
        let middle = (own.lowerBound + own.upperBound) / 2
        if wanted.lowerBound <= middle { collect(wanted, node: 2 * node, own.lowerBound...middle, into: &ranges) }
        if wanted.upperBound > middle {
            collect(wanted, node: 2 * node + 1, middle + 1...own.upperBound, into: &ranges)
        }
    }
}

/// A set of bytes, as ranges with gaps between them, in ascending order.
private struct ByteRanges {
    private(set) var all: [Range<Int>] = []

    /// Adds bytes. Ranges that meet become one.
    mutating func insert(_ bytes: Range<Int>) {
        guard !bytes.isEmpty else { return }
        let start = position { $0.upperBound >= bytes.lowerBound }
        let end = position { $0.lowerBound > bytes.upperBound }
        guard start < end else {
            all.insert(bytes, at: start)
            return
        }
        let lower = min(bytes.lowerBound, all[start].lowerBound)
        let upper = max(bytes.upperBound, all[end - 1].upperBound)
        all[start] = lower..<upper
        all.removeSubrange(start + 1..<end)
    }

    /// The first range that satisfies `predicate`, which holds from some range on.
    private func position(where predicate: (Range<Int>) -> Bool) -> Int {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(all[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
