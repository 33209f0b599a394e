import ApusInstructions
import Glibc
import TestSupport

/// At which end of an operand the page lies that can't be touched.
enum GuardedEnd: CaseIterable {
    case before, behind
}

/// A block of memory between pages that can't be touched.
struct GuardedSlab {
    static let size = 16 << 20
    private static let pageSize = 4096
    let start: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer { start + Self.size }

    init() {
        let bytes = Self.size + 2 * Self.pageSize
        let room = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)!
        precondition(room != MAP_FAILED, "no memory for operands")
        start = room + Self.pageSize
        mprotect(start, Self.size, PROT_READ | PROT_WRITE)
    }

    /// Lets nobody write it any more.
    func makeReadOnly() { mprotect(start, Self.size, PROT_READ) }

    /// The address of an operand that touches these bytes, the first or the last of which lies at the slab's end.
    func address(of bytes: Range<Int>, _ end: GuardedEnd) -> UnsafeMutableRawPointer {
        // Of what is empty nothing may be touched.
        if bytes.isEmpty { return self.end }
        switch end {
        case .before: return start - bytes.lowerBound
        case .behind: return self.end - bytes.upperBound
        }
    }
}

/// Memory for the operands of one call: what is read can't be written, and is full of numbers that are meant to do harm.
struct GuardedMemory {
    private let read = GuardedSlab()
    private let written: [GuardedSlab]

    init() {
        written = (0..<InstructionCatalogue.operandLimit).map { _ in GuardedSlab() }
        Self.fill(read.start, GuardedSlab.size, seed: 1)
        read.makeReadOnly()
    }

    /// Where the operands are: those of `extents` whose number is in `absent` are left out.
    func addresses(
        _ extents: [OperandExtent], _ end: GuardedEnd, absent: Set<Int>
    ) -> [UnsafeMutableRawPointer?] {
        extents.indices.map { number in
            if absent.contains(number) { return nil }
            let slab = extents[number].access == .read ? read : written[number]
            return slab.address(of: extents[number].bytes, end)
        }
    }

    private static let special: [UInt32] = [
        .max, 1 << 31, 0x7fff_ffff, 0x7f80_0000, 0x7fc0_0000, 0xff80_0000, 1, 255,
    ]

    /// Indices that are right, large and negative, numbers of all sizes, and what is not a number.
    static func fill(_ start: UnsafeMutableRawPointer, _ bytes: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let words = start.assumingMemoryBound(to: UInt32.self)
        for index in 0..<bytes / 4 {
            let draw = random.next()
            let bits = UInt32(truncatingIfNeeded: draw >> 32)
            words[index] =
                switch draw % 8 {
                case 0, 1: bits % 16
                case 2: 0
                case 3: bits
                case 4: special[Int(bits % 8)]
                default: (Float(Int32(bitPattern: bits)) / Float(1 << 30)).bitPattern
                }
        }
    }
}
