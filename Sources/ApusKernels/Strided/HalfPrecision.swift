// Between f32 and the two 16-bit types, by integer operations that every instruction set has and that loops of them keep.

/// The number whose f16 bits are given. Exact.
@inline(__always)
func float(fromHalf half: UInt16) -> Float {
    let bits = UInt32(half)
    let magnitude = bits & 0x7FFF
    // Exponents move from bias 15 to 127, that of infinities and NaN up to the end.
    let normal = (magnitude << 13) &+ (magnitude >= 0x7C00 ? 0x7000_0000 : 0x3800_0000)
    let small = Float(Int32(bitPattern: magnitude)) * 0x1p-24
    return Float(bitPattern: (magnitude < 0x0400 ? small.bitPattern : normal) | (bits & 0x8000) << 16)
}

/// The f16 bits nearest to a number, halves to even; infinity from 65520 on.
@inline(__always)
func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let magnitude = bits & 0x7FFF_FFFF
    let rounded = (magnitude &- 0x3800_0000 &+ 0x0FFF &+ ((magnitude >> 13) & 1)) >> 13
    // Added to 0.5, the last place of what f16 can't normalize is that of the sum.
    let small = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000
    var result = magnitude < 0x3880_0000 ? small : min(rounded, 0x7C00)
    result = magnitude >= 0x4780_0000 ? 0x7C00 : result
    result = magnitude > 0x7F80_0000 ? 0x7E00 : result
    return UInt16(truncatingIfNeeded: result | (bits >> 16) & 0x8000)
}

/// The number whose bf16 bits are given. Exact.
@inline(__always)
func float(fromBrain brain: UInt16) -> Float { Float(bitPattern: UInt32(brain) << 16) }

/// The bf16 bits nearest to a number, halves to even.
@inline(__always)
func brain(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16
    let isNumber = bits & 0x7FFF_FFFF <= 0x7F80_0000
    return UInt16(truncatingIfNeeded: isNumber ? rounded : (bits >> 16) | 0x0040)
}

/// A number without its fraction: the nearest of the type where it is too large, 0 of NaN.
@inline(__always)
func saturated<Whole: FixedWidthInteger>(_ value: Float, as type: Whole.Type) -> Whole {
    saturated(value, beyond: Float(truncating(Whole.max)) + 1, Int32.init, Int64.init)
}

@inline(__always)
func saturated<Whole: FixedWidthInteger>(_ value: Double, as type: Whole.Type) -> Whole {
    saturated(value, beyond: Double(truncating(Whole.max)) + 1, Int32.init, Int64.init)
}

@inline(__always)
private func truncating<Whole: FixedWidthInteger>(_ whole: Whole) -> UInt64 { UInt64(truncatingIfNeeded: whole) }

/// - Parameter beyond: the first number that is too large: a power of two.
@inline(__always)
private func saturated<Number: BinaryFloatingPoint, Whole: FixedWidthInteger>(
    _ value: Number, beyond: Number, _ short: (Number) -> Int32, _ long: (Number) -> Int64
) -> Whole {
    if value >= beyond { return .max }
    if value <= (Whole.isSigned ? 0 - beyond : 0) { return .min }
    if value != value { return 0 }
    if Whole.bitWidth < 32 || Whole.bitWidth == 32 && Whole.isSigned {
        return Whole(truncatingIfNeeded: short(value))
    }
    if Whole.bitWidth == 64 && !Whole.isSigned && value + value >= beyond {
        // What is half of the range or more: without it, the rest fits a signed integer.
        return Whole(truncatingIfNeeded: long(value - beyond / 2)) | ~(.max &>> 1)
    }
    return Whole(truncatingIfNeeded: long(value))
}
