/// A number of Swift that inputs and outputs have as their elements, bit by bit as it is. `bf16` has none: see
/// ``ShapedArray/init(_:shape:bytes:)`` and ``ShapedArray/numbers``.
public protocol PortElement: BitwiseCopyable, Sendable, PortInput {
    /// The elements of a port that this type is.
    static var portElementType: Port.ElementType { get }
}

extension PortElement {
    /// The number alone, without dimensions.
    public var shapedArray: ShapedArray { ShapedArray([self], shape: []) }
}

extension Float: PortElement { public static var portElementType: Port.ElementType { .f32 } }
extension Double: PortElement { public static var portElementType: Port.ElementType { .f64 } }
extension Float16: PortElement { public static var portElementType: Port.ElementType { .f16 } }
extension Int8: PortElement { public static var portElementType: Port.ElementType { .i8 } }
extension Int16: PortElement { public static var portElementType: Port.ElementType { .i16 } }
extension Int32: PortElement { public static var portElementType: Port.ElementType { .i32 } }
extension Int64: PortElement { public static var portElementType: Port.ElementType { .i64 } }
extension Int: PortElement { public static var portElementType: Port.ElementType { .i64 } }
extension UInt8: PortElement { public static var portElementType: Port.ElementType { .u8 } }
extension UInt16: PortElement { public static var portElementType: Port.ElementType { .u16 } }
extension UInt32: PortElement { public static var portElementType: Port.ElementType { .u32 } }
extension UInt64: PortElement { public static var portElementType: Port.ElementType { .u64 } }
extension UInt: PortElement { public static var portElementType: Port.ElementType { .u64 } }
extension Bool: PortElement { public static var portElementType: Port.ElementType { .bool } }

/// What can be given for an input by its name: a ``ShapedArray``, an array of numbers, or a number.
public protocol PortInput: Sendable {
    /// The elements. An array of Swift has one dimension, and stands for any shape of as many elements.
    var shapedArray: ShapedArray { get }
}

extension Array: PortInput where Element: PortElement {
    public var shapedArray: ShapedArray { ShapedArray(self) }
}

extension ShapedArray: PortInput {
    public var shapedArray: ShapedArray { self }
}
