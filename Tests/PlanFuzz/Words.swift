import TestSupport

/// Parameters as 32-bit words, and the values that a word is changed to.
struct Words {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count / 4 }

    subscript(index: Int) -> UInt32 {
        get { (0..<4).reduce(0) { $0 | UInt32(bytes[4 * index + $1]) << (8 * $1) } }
        set {
            for byte in 0..<4 { bytes[4 * index + byte] = UInt8(truncatingIfNeeded: newValue >> (8 * byte)) }
        }
    }

    /// Small numbers, powers of two and their neighbours, the ends of the range; and what are floats: 1, −1, infinities, not a
    /// number, the least above zero.
    private static let fixed: [UInt32] = {
        var values = (0...18).map { UInt32($0) }
        for power in 5...31 {
            let one: UInt32 = 1 << UInt32(power)
            values += [one - 1, one, one + 1]
        }
        values += [47, 48, 49, 65535, 0x7fff_fffe, .max, .max - 1, .max - 6, .max - 99, .max - (1 << 20)]
        values += [Float(1).bitPattern, Float(-1).bitPattern, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000]
        return values
    }()
    /// Those of a byte, for words that are four small numbers.
    private static let byteValues: [UInt32] = [0, 1, 2, 4, 8, 9, 12, 13, 255]
    private static let derivedCount = 8

    /// How many values a word may be changed to; some may be the same.
    var valueCount: Int { Self.fixed.count + Self.derivedCount + 4 * Self.byteValues.count + count }

    /// One of the values of a word.
    func value(_ number: Int, of index: Int) -> UInt32 {
        var number = number
        let old = self[index]
        if number < Self.fixed.count { return Self.fixed[number] }
        number -= Self.fixed.count
        if number < Self.derivedCount {
            return [
                old &+ 1, old &- 1, old &* 2, old / 2, 0 &- old, old &* 2 &+ 1, ~old,
                UInt32(bitPattern: Int32(bitPattern: old) / 2),
            ][number]
        }
        number -= Self.derivedCount
        if number < 4 * Self.byteValues.count {
            let shift = UInt32(8 * (number % 4))
            return old & ~(255 << shift) | Self.byteValues[number / 4] << shift
        }
        return self[number - 4 * Self.byteValues.count]
    }
}
