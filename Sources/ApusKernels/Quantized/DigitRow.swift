import CPlatform

/// A row of numbers as blocks of whole numbers, which codes are multiplied with exactly.
///
/// A block has 32 words of digits (`apus_digits`), where the sum of each digit's products starts, so that what codes are offset by is taken
/// away again, and as the last word the scale, a power of two.
enum DigitRow {
    /// Numbers of a block, and its words. `BlockDenseParameters` says the same; constants of another module would be calls.
    @inline(__always)
    static var block: Int { 32 }
    @inline(__always)
    static var blockWords: Int { 36 }
    /// Word of a block in which its digits' sums start.
    @inline(__always)
    static var starts: Int { 32 }
    /// Word of a block that is its scale.
    @inline(__always)
    static var scale: Int { 35 }

    /// - Parameter offset: what codes are larger by than what they stand for: 128 or 8.
    static func make(of source: Floats, count: Int, offset: Int, at digits: UnsafeMutablePointer<Int32>) {
        var (source, digits, left) = (source, digits, count)
        while left >= block {
            makeBlock(offset, digits) { source.vector(at: $0) }
            source += block
            digits += blockWords
            left &-= block
        }
        guard left > 0 else { return }
        makeBlock(offset, digits) { source.vector(at: $0, count: max(0, min(lanes, left - $0))) }
    }

    @inline(__always)
    private static func makeBlock(_ offset: Int, _ digits: UnsafeMutablePointer<Int32>, _ numbers: (Int) -> Vector) {
        var greatest = IntegerVector()
        for index in 0..<block / lanes {
            let bits = unsafeBitCast(numbers(index &* lanes), to: IntegerVector.self)
            greatest = FourBytes.maximum(greatest, bits & IntegerVector(repeating: 0x7fff_ffff))
        }
        let range = WholeNumberRange(greatest: greatestLane(greatest))
        var sum = IntegerVector()
        for index in 0..<block / lanes {
            let whole = nearestWholeNumbers(numbers(index &* lanes) * range.factor)
            sum = sum &+ whole
            UnsafeMutableRawPointer(digits + index &* lanes).storeBytes(
                of: digitWords(of: whole), as: IntegerVector.self)
        }
        // Codes are offset · sum too large in all. That is cut as the sums of the digits are.
        let surplus = Int(sumOfLanes(sum)) &* offset
        if digitPlanes == 3 {
            digits[starts] = Int32(truncatingIfNeeded: 0 &- (surplus & 0xffff))
            digits[starts + 1] = 0
            digits[starts + 2] = Int32(truncatingIfNeeded: 0 &- (surplus &>> 16))
        } else {
            digits[starts] = Int32(truncatingIfNeeded: 0 &- (surplus & 0xfff))
            digits[starts + 1] = Int32(truncatingIfNeeded: 0 &- (surplus &>> 12))
        }
        digits[scale] = Int32(bitPattern: range.scale)
    }
}

/// What makes whole numbers of the numbers of a block, the largest of which becomes 0x3fbfc0 to 0x7f7f7f.
private struct WholeNumberRange {
    /// A power of two that numbers are multiplied by.
    let factor: Float
    /// The bits of its inverse, or of no number where numbers are infinite or none.
    let scale: UInt32

    /// - Parameter greatest: the bits of the greatest number, without its sign.
    @inline(__always)
    init(greatest: Int32) {
        let bits = UInt32(bitPattern: greatest)
        // Above 0x7f7f7f the exponent is the next one. Numbers that are so small that the factor would be infinite have fewer digits.
        let exponent = max((bits &+ 0x10101) &>> 23, 23)
        factor = Float(bitPattern: (276 &- exponent) &<< 23)
        scale = bits < 0x7f80_0000 ? (exponent &- 22) &<< 23 : Float.nan.bitPattern
    }
}

/// How many digits a number has.
@inline(__always)
var digitPlanes: Int32 {
    #if VECTOR_16
        apus_planes_16()
    #elseif VECTOR_8
        apus_planes_8()
    #else
        apus_planes_4()
    #endif
}

/// The digits of each four neighbouring numbers as four words.
@inline(__always)
private func digitWords(of numbers: IntegerVector) -> IntegerVector {
    #if VECTOR_16
        apus_digits_16(numbers)
    #elseif VECTOR_8
        apus_digits_8(numbers)
    #else
        apus_digits_4(numbers)
    #endif
}

@inline(__always)
private func sumOfLanes(_ numbers: IntegerVector) -> Int32 {
    #if VECTOR_16
        apus_total_16(numbers)
    #elseif VECTOR_8
        apus_total_8(numbers)
    #else
        apus_total_4(numbers)
    #endif
}
