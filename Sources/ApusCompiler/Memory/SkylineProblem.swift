/// A packing problem in units: buffers are runs of sections with a size, and offsets are whole numbers.
struct SkylineProblem {
    let first: [Int]
    let last: [Int]
    let sizes: [Int]
    /// Sections, counted from 0 to the last that a buffer uses.
    let sections: Int
    /// For each buffer, another of the same run and size with a lower index, or −1: the search tells no twins apart.
    let twin: [Int]
    /// For each buffer, the first of its twins.
    let representative: [Int]

    /// Sections may start anywhere: they are counted from the first in use.
    init(first: [Int], last: [Int], sizes: [Int]) {
        let origin = first.min() ?? 0
        self.first = first.map { $0 - origin }
        self.last = last.map { $0 - origin }
        self.sizes = sizes
        sections = (self.last.max() ?? -1) + 1
        var latest: [[Int]: (twin: Int, representative: Int)] = [:]
        var twin = Array(repeating: -1, count: sizes.count)
        var representative = Array(sizes.indices)
        for buffer in sizes.indices {
            let key = [first[buffer], last[buffer], sizes[buffer]]
            if let known = latest[key] {
                twin[buffer] = known.twin
                representative[buffer] = known.representative
            }
            latest[key] = (buffer, representative[buffer])
        }
        self.twin = twin
        self.representative = representative
    }

    /// The same problem with time running backwards.
    var mirrored: SkylineProblem {
        SkylineProblem(first: last.map { sections - 1 - $0 }, last: first.map { sections - 1 - $0 }, sizes: sizes)
    }
}

/// States from which no packing was found, so that a state reached a second time is left at once.
///
/// A table of fixed size in which a newer state replaces an older: to forget costs time, not correctness. States are
/// known by 128 bits of hash; for two of the n states of a search to be mixed up has a probability below n² / 2¹²⁸.
struct FailedStates {
    struct Key: Equatable {
        var low: UInt64 = 0
        var high: UInt64 = 0

        /// Adds `word`: the sum of the words that are in counts, not their order.
        mutating func insert(_ word: UInt64) {
            low &+= Self.mixed(word)
            high &+= Self.mixed(word ^ 0xa5a5_5a5a_c3c3_3c3c)
        }

        mutating func remove(_ word: UInt64) {
            low &-= Self.mixed(word)
            high &-= Self.mixed(word ^ 0xa5a5_5a5a_c3c3_3c3c)
        }

        /// The finalizer of SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
        private static func mixed(_ word: UInt64) -> UInt64 {
            var z = word &+ 0x9e37_79b9_7f4a_7c15
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }

    private var keys: [Key]

    init(nodeBudget: Int) {
        var capacity = 256
        while capacity < nodeBudget, capacity < 1 << 16 { capacity *= 2 }
        keys = Array(repeating: Key(), count: capacity)
    }

    func contains(_ key: Key) -> Bool { keys[Int(truncatingIfNeeded: key.low) & (keys.count - 1)] == key }

    mutating func insert(_ key: Key) { keys[Int(truncatingIfNeeded: key.low) & (keys.count - 1)] = key }
}
