/// Some of the ranks.
struct RankSet: Sendable, Equatable {
    private var words: [UInt64]

    /// None of so many.
    init(of count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

    init(_ ranks: some Sequence<Int>, of count: Int) {
        self.init(of: count)
        for rank in ranks { insert(rank) }
    }

    static func all(_ count: Int) -> RankSet { RankSet(0..<count, of: count) }

    mutating func insert(_ rank: Int) { words[rank / 64] |= 1 << UInt64(rank % 64) }
    mutating func formUnion(_ other: RankSet) { for index in words.indices { words[index] |= other.words[index] } }
    func contains(_ rank: Int) -> Bool { words[rank / 64] >> UInt64(rank % 64) & 1 == 1 }
    func isSubset(of other: RankSet) -> Bool { zip(words, other.words).allSatisfy { $0 & ~$1 == 0 } }
    func subtracting(_ other: RankSet) -> RankSet {
        var rest = self
        for index in words.indices { rest.words[index] &= ~other.words[index] }
        return rest
    }
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    /// In their order.
    var members: [Int] { (0..<words.count * 64).filter(contains) }
    var first: Int? {
        words.firstIndex { $0 != 0 }.map { $0 * 64 + words[$0].trailingZeroBitCount }
    }
}
