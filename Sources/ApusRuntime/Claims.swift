/// The pieces of a run that nobody has taken yet, in one word that threads exchange.
package struct Claims {
    /// The mark of a run that keeps owners, 31 bits of the number of the run, and below them, in the lower half, how many pieces are
    /// left, or, where owners are kept, a bit for each of them.
    package let word: UInt64

    private static let ownerMark: UInt64 = 1 << 63
    /// The most pieces whose owners can be kept.
    package static let ownerLimit = 32

    package init(word: UInt64) { self.word = word }

    package init(run: UInt32, items: Int, keepsOwners: Bool) {
        let upper = UInt64(run & 0x7FFF_FFFF) << 32 | (keepsOwners ? Self.ownerMark : 0)
        word = upper | (keepsOwners ? UInt64(UInt32.max >> UInt32(Self.ownerLimit - items)) : UInt64(items))
    }

    /// A bit for each piece of a worker.
    package static func pieces(of worker: Int, of width: Int) -> UInt32 {
        stride(from: worker, to: ownerLimit, by: width).reduce(0) { $0 | 1 << UInt32($1) }
    }

    /// Zero where there are no pieces.
    package var left: UInt32 { UInt32(truncatingIfNeeded: word) }

    /// The claims when one piece is taken: one of its own where there is one, else the first.
    package func afterTaking(own: UInt32) -> Claims {
        guard word & Self.ownerMark != 0 else { return Claims(word: word - 1) }
        let preferred = left & own != 0 ? left & own : left
        return Claims(word: word & ~UInt64(preferred & (0 &- preferred)))
    }

    /// The piece that was taken of these claims.
    package func piece(takenIn rest: Claims, items: UInt32) -> Int {
        word & Self.ownerMark != 0 ? (word ^ rest.word).trailingZeroBitCount : Int(items - left)
    }
}
