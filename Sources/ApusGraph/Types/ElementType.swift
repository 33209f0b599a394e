/// What the elements of a tensor are.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
    /// IEEE 754 single precision.
    case f32
    /// IEEE 754 half precision.
    case f16
    /// The upper half of single precision: eight bits of exponent, seven of fraction.
    case bf16
    /// IEEE 754 double precision.
    case f64
    /// Signed integers of 8, 16, 32 and 64 bits.
    case i8, i16, i32, i64
    /// Unsigned integers of 8, 16, 32 and 64 bits.
    case u8, u16, u32, u64
    /// True or false, stored as a byte that is 1 or 0.
    case bool

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .i8, .u8, .bool: 1
        case .f16, .bf16, .i16, .u16: 2
        case .f32, .i32, .u32: 4
        case .f64, .i64, .u64: 8
        }
    }

    public var isFloatingPoint: Bool {
        switch self {
        case .f32, .f16, .bf16, .f64: true
        default: false
        }
    }

    /// Whether the elements are whole numbers; truth values are not.
    public var isInteger: Bool { !isFloatingPoint && self != .bool }

    /// The numbers that an integer type holds, of `u64` those up to `Int.max`; 0 and 1 for truth values; nil for floating point.
    public var range: ClosedRange<Int>? {
        switch self {
        case .i8: Int(Int8.min)...Int(Int8.max)
        case .i16: Int(Int16.min)...Int(Int16.max)
        case .i32: Int(Int32.min)...Int(Int32.max)
        case .i64: Int.min...Int.max
        case .u8: 0...Int(UInt8.max)
        case .u16: 0...Int(UInt16.max)
        case .u32: 0...Int(UInt32.max)
        case .u64: 0...Int.max
        case .bool: 0...1
        case .f32, .f16, .bf16, .f64: nil
        }
    }

    /// The number nearest to `value` that a floating-point type holds, ties to even.
    public func rounded(_ value: Double) -> Double {
        switch self {
        case .f32: Double(Float(value))
        case .f16: Double(Float16(value))
        case .bf16: Double(Self.roundedToUpperHalf(Float(value)))
        default: value
        }
    }

    /// The integer that remains of `value` in an integer type: its low bits.
    public func wrapped(_ value: Int) -> Int {
        switch self {
        case .i8: Int(Int8(truncatingIfNeeded: value))
        case .i16: Int(Int16(truncatingIfNeeded: value))
        case .i32: Int(Int32(truncatingIfNeeded: value))
        case .u8: Int(UInt8(truncatingIfNeeded: value))
        case .u16: Int(UInt16(truncatingIfNeeded: value))
        case .u32: Int(UInt32(truncatingIfNeeded: value))
        case .bool: value == 0 ? 0 : 1
        default: value
        }
    }

    /// Single precision with the lower 16 bits rounded away.
    private static func roundedToUpperHalf(_ value: Float) -> Float {
        guard value.isFinite else { return value }
        let bits = value.bitPattern
        let rounding = 0x7FFF + (bits >> 16 & 1)
        return Float(bitPattern: (bits &+ rounding) & 0xFFFF_0000)
    }
}
