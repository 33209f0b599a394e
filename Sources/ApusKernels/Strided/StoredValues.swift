import ApusInstructions

typealias Integers = UnsafeMutablePointer<Int64>

/// The elements of an operand, stored as `type`; kernels compute with single precision or with `Int64`.
struct StoredValues {
    let address: UnsafeMutableRawPointer
    let type: StoredType

    @inline(__always)
    init(_ address: UnsafeMutableRawPointer?, _ type: UInt8) {
        self.address = address.unsafelyUnwrapped
        self.type = StoredType(rawValue: Int32(type)) ?? .float32
    }

    @inline(__always)
    init(_ address: UnsafeMutableRawPointer, type: StoredType) {
        self.address = address
        self.type = type
    }

    /// `count` elements from `offset` on, `stride` apart: where they lie if they lie so, else converted, in `buffer`.
    @inline(__always)
    func floats(at offset: Int, stride: Int, count: Int, buffer: Floats) -> Floats {
        if type == .float32 && (stride == 1 || count == 1) {
            return address.assumingMemoryBound(to: Float.self) + offset
        }
        convert(at: offset, stride: stride, count: count, to: buffer)
        return buffer
    }

    @inline(__always)
    func integers(at offset: Int, stride: Int, count: Int, buffer: Integers) -> Integers {
        if type == .int64 && (stride == 1 || count == 1) { return address.assumingMemoryBound(to: Int64.self) + offset }
        convert(at: offset, stride: stride, count: count, to: buffer)
        return buffer
    }

    @inline(never)
    private func convert(at offset: Int, stride: Int, count: Int, to buffer: Floats) {
        switch type {
        case .float32: each(Float.self, offset, stride, count) { buffer[$0] = $1 }
        case .float64: each(Double.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .float16: each(UInt16.self, offset, stride, count) { buffer[$0] = Float(halfBits: $1) }
        case .bfloat16: each(UInt16.self, offset, stride, count) { buffer[$0] = Float(bitPattern: UInt32($1) << 16) }
        case .int8: each(Int8.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .uint8, .boolean: each(UInt8.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .int16: each(Int16.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .uint16: each(UInt16.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .int32: each(Int32.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .uint32: each(UInt32.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .int64: each(Int64.self, offset, stride, count) { buffer[$0] = Float($1) }
        case .uint64: each(UInt64.self, offset, stride, count) { buffer[$0] = Float($1) }
        }
    }

    @inline(never)
    private func convert(at offset: Int, stride: Int, count: Int, to buffer: Integers) {
        switch type {
        case .int8: each(Int8.self, offset, stride, count) { buffer[$0] = Int64($1) }
        case .uint8, .boolean: each(UInt8.self, offset, stride, count) { buffer[$0] = Int64($1) }
        case .int16: each(Int16.self, offset, stride, count) { buffer[$0] = Int64($1) }
        case .uint16: each(UInt16.self, offset, stride, count) { buffer[$0] = Int64($1) }
        case .int32: each(Int32.self, offset, stride, count) { buffer[$0] = Int64($1) }
        case .uint32: each(UInt32.self, offset, stride, count) { buffer[$0] = Int64($1) }
        default: each(Int64.self, offset, stride, count) { buffer[$0] = $1 }
        }
    }

    @inline(__always)
    private func each<T>(_ type: T.Type, _ offset: Int, _ stride: Int, _ count: Int, _ body: (Int, T) -> Void) {
        let from = address.assumingMemoryBound(to: T.self) + offset
        if stride == 1 {
            for index in 0..<count { body(index, from[index]) }
        } else {
            for index in 0..<count { body(index, from[index * stride]) }
        }
    }

    /// The element at `offset`, a number.
    @inline(__always)
    func float(at offset: Int) -> Float {
        var value: Float = 0
        if type == .float32 { return address.assumingMemoryBound(to: Float.self)[offset] }
        convert(at: offset, stride: 1, count: 1, to: &value)
        return value
    }

    /// The element at `offset`, an integer.
    @inline(__always)
    func integer(at offset: Int) -> Int64 {
        var value: Int64 = 0
        if type == .int64 { return address.assumingMemoryBound(to: Int64.self)[offset] }
        convert(at: offset, stride: 1, count: 1, to: &value)
        return value
    }

    /// Converts `value` to a stored number.
    @inline(__always)
    func put(_ value: Float, at offset: Int) {
        switch type {
        case .float64: address.assumingMemoryBound(to: Double.self)[offset] = Double(value)
        case .float16: address.assumingMemoryBound(to: UInt16.self)[offset] = value.halfBits
        case .bfloat16: address.assumingMemoryBound(to: UInt16.self)[offset] = value.brainBits
        default: address.assumingMemoryBound(to: Float.self)[offset] = value
        }
    }

    /// Converts `value` to a stored integer: its low bits, or whether it isn't 0.
    @inline(__always)
    func put(_ value: Int64, at offset: Int) {
        switch type {
        case .int8, .uint8: address.assumingMemoryBound(to: Int8.self)[offset] = Int8(truncatingIfNeeded: value)
        case .boolean: address.assumingMemoryBound(to: UInt8.self)[offset] = value == 0 ? 0 : 1
        case .int16, .uint16: address.assumingMemoryBound(to: Int16.self)[offset] = Int16(truncatingIfNeeded: value)
        case .int32, .uint32: address.assumingMemoryBound(to: Int32.self)[offset] = Int32(truncatingIfNeeded: value)
        default: address.assumingMemoryBound(to: Int64.self)[offset] = value
        }
    }
}

extension Float {
    /// The number of a half's bits: IEEE 754 binary16.
    @inline(__always)
    init(halfBits bits: UInt16) {
        // The exponent's bias is mended by a multiplication, which makes numbers below the normal range right as well.
        let magnitude = Float(bitPattern: UInt32(bits & 0x7FFF) << 13) * 0x1p112
        let isSpecial = bits & 0x7C00 == 0x7C00
        let unsigned = isSpecial ? magnitude.bitPattern | 0x7F80_0000 : magnitude.bitPattern
        self = Float(bitPattern: unsigned | UInt32(bits & 0x8000) << 16)
    }

    /// The nearest half's bits, ties to even.
    @inline(__always)
    var halfBits: UInt16 {
        let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000
        let unsigned = bitPattern & 0x7FFF_FFFF
        if unsigned > 0x7F80_0000 { return sign | 0x7E00 }
        if unsigned >= 0x4780_0000 { return sign | 0x7C00 }
        if unsigned < 0x3880_0000 {
            // The unit of a half below its normal range is 2^-24: adding 1/2 leaves these units in the low bits.
            let sum = Float(bitPattern: unsigned) + 0.5
            return sign | UInt16(truncatingIfNeeded: sum.bitPattern &- Float(0.5).bitPattern)
        }
        let rounded = unsigned + 0x0FFF + (unsigned >> 13 & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded - 0x3800_0000) >> 13)
    }

    /// The upper half of its bits, rounded to nearest, ties to even.
    @inline(__always)
    var brainBits: UInt16 {
        if isNaN { return 0x7FC0 }
        return UInt16(truncatingIfNeeded: (bitPattern &+ 0x7FFF &+ (bitPattern >> 16 & 1)) >> 16)
    }
}
