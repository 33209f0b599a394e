/// A 64-bit checksum against damage, not against intent: four sums side by side, so that it runs at memory speed.
///
/// Each step is a bijection of the running sum, so a change within one 8-byte word always changes the result. The step
/// is that of FNV-1a (Fowler, Noll, Vo) on words instead of bytes, with a rotation because a product carries
/// changes upwards only.
package func checksum(_ bytes: RawSpan) -> UInt64 {
    var sums = Sums(byteCount: bytes.byteCount)
    let offset = sums.addBlocks(of: bytes, from: 0)
    return sums.value(rest: bytes.extracting(offset..<bytes.byteCount))
}

/// The ``checksum(_:)`` of bytes that come piece by piece.
struct RunningChecksum {
    private var sums: Sums
    /// What is left of the pieces so far, less than a block.
    private var rest: [UInt8] = []

    /// - Parameter byteCount: how many bytes all pieces have together.
    init(byteCount: Int) { sums = Sums(byteCount: byteCount) }

    mutating func add(_ bytes: RawSpan) {
        var offset = 0
        if !rest.isEmpty {
            while offset < bytes.byteCount, rest.count < Sums.blockBytes {
                rest.append(bytes.byte(at: offset))
                offset += 1
            }
            guard rest.count == Sums.blockBytes else { return }
            let block = rest
            rest = []
            _ = unsafe sums.addBlocks(of: block.span.bytes, from: 0)
        }
        offset = sums.addBlocks(of: bytes, from: offset)
        while offset < bytes.byteCount {
            rest.append(bytes.byte(at: offset))
            offset += 1
        }
    }

    /// The checksum, once all pieces were added.
    var value: UInt64 { unsafe sums.value(rest: rest.span.bytes) }
}

/// Four sums, each of every fourth word.
private struct Sums {
    static let blockBytes = 32

    private var first: UInt64 = 1
    private var second: UInt64 = 2
    private var third: UInt64 = 3
    private var fourth: UInt64

    init(byteCount: Int) { fourth = UInt64(byteCount) }

    @inline(__always)
    private static func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* 0x9e37_79b1_85eb_ca87
        return product << 29 | product >> 35
    }

    /// Adds all whole blocks from an offset on.
    /// - Returns: where the rest begins.
    mutating func addBlocks(of bytes: RawSpan, from start: Int) -> Int {
        // Four variables and not a structure: they stay in registers.
        var (first, second, third, fourth) = (self.first, self.second, self.third, self.fourth)
        var offset = start
        while offset + Self.blockBytes <= bytes.byteCount {
            first = Self.step(first, bytes.word(at: offset))
            second = Self.step(second, bytes.word(at: offset + 8))
            third = Self.step(third, bytes.word(at: offset + 16))
            fourth = Self.step(fourth, bytes.word(at: offset + 24))
            offset += Self.blockBytes
        }
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
        return offset
    }

    /// The checksum, where `rest` comes behind the blocks.
    func value(rest: RawSpan) -> UInt64 {
        var tail = first
        for offset in 0..<rest.byteCount { tail = Self.step(tail, UInt64(rest.byte(at: offset))) }
        return Self.step(Self.step(Self.step(Self.step(0, tail), second), third), fourth)
    }
}

extension RawSpan {
    /// The byte at an offset inside the span.
    package func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The little-endian 64-bit word that starts at an offset; all of it is inside the span.
    func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
