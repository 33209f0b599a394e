import ApusFiles
public import ApusGraph

/// A number that converts from all that files hold. The conforming types implement ``NPYElement`` by it, each in a function
/// of its own, so that loops over elements are compiled for their type.
protocol ConvertibleNumber: NPYElement {
    /// The nearest number of this type, or nil where only an exact one will do and there is none.
    init?(stored value: Double)
    init?(stored value: Int64)
    init?(stored value: UInt64)
}

extension ConvertibleNumber {
    @inline(__always) static func converted(_ array: NPYArray, name: String) throws(DataError) -> [Self] {
        switch array.type {
        case .f16: try convert(array, Float16.self, name) { Self(stored: Double($0)) }
        case .bf16: try convert(array, UInt16.self, name) { Self(stored: Double(Float(bitPattern: UInt32($0) << 16))) }
        case .f32: try convert(array, Float.self, name) { Self(stored: Double($0)) }
        case .f64: try convert(array, Double.self, name) { Self(stored: $0) }
        case .i8: try convert(array, Int8.self, name) { Self(stored: Int64($0)) }
        case .i16: try convert(array, Int16.self, name) { Self(stored: Int64($0)) }
        case .i32: try convert(array, Int32.self, name) { Self(stored: Int64($0)) }
        case .i64: try convert(array, Int64.self, name) { Self(stored: $0) }
        case .u8, .bool: try convert(array, UInt8.self, name) { Self(stored: Int64($0)) }
        case .u16: try convert(array, UInt16.self, name) { Self(stored: Int64($0)) }
        case .u32: try convert(array, UInt32.self, name) { Self(stored: Int64($0)) }
        case .u64: try convert(array, UInt64.self, name) { Self(stored: $0) }
        }
    }

    @inline(__always) private static func convert<Stored: BitwiseCopyable>(
        _ array: NPYArray, _: Stored.Type, _ name: String, _ convert: (Stored) -> Self?
    ) throws(DataError) -> [Self] {
        let count = array.count
        // Files hold at most 2³² bytes.
        let bytesNeeded = count * MemoryLayout<Self>.stride
        guard bytesNeeded <= MemoryLimit.bytes else {
            throw DataError(
                file: name,
                problem: "its \(count) elements of \(array.type.rawValue) take \(bytesNeeded) bytes as "
                    + elementType.rawValue, remedy: MemoryLimit.remedy)
        }
        var elements: [Self] = []
        elements.reserveCapacity(count)
        let bytes = unsafe array.bytes.span.bytes
        for index in 0..<count {
            let stored = unsafe bytes.unsafeLoadUnaligned(
                fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
            guard let element = convert(stored) else {
                throw DataError(
                    file: name, problem: "element \(index) is \(stored), which \(elementType.rawValue) can't hold",
                    remedy: "save numbers of this kind")
            }
            elements.append(element)
        }
        return elements
    }

    /// The memory of the elements, which is that of a file: the processors that are supported are little-endian.
    static func memory(of elements: [Self]) -> [UInt8] { unsafe elements.withUnsafeBytes { unsafe Array($0) } }
}

extension Float: ConvertibleNumber {
    public static var elementType: ElementType { .f32 }
    init?(stored value: Double) { self = Float(value) }
    init?(stored value: Int64) { self = Float(value) }
    init?(stored value: UInt64) { self = Float(value) }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Float] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Float]) -> [UInt8] { memory(of: elements) }
}

extension Float16: ConvertibleNumber {
    public static var elementType: ElementType { .f16 }
    init?(stored value: Double) { self = Float16(value) }
    init?(stored value: Int64) { self = Float16(value) }
    init?(stored value: UInt64) { self = Float16(value) }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Float16] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Float16]) -> [UInt8] { memory(of: elements) }
}

extension Double: ConvertibleNumber {
    public static var elementType: ElementType { .f64 }
    init?(stored value: Double) { self = value }
    init?(stored value: Int64) { self = Double(value) }
    init?(stored value: UInt64) { self = Double(value) }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Double] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Double]) -> [UInt8] { memory(of: elements) }
}

/// The conversions of all integers.
protocol ConvertibleInteger: ConvertibleNumber, FixedWidthInteger {}

extension ConvertibleInteger {
    init?(stored value: Double) { self.init(exactly: value) }
    init?(stored value: Int64) { self.init(exactly: value) }
    init?(stored value: UInt64) { self.init(exactly: value) }
}

extension Int8: ConvertibleInteger {
    public static var elementType: ElementType { .i8 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Int8] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Int8]) -> [UInt8] { memory(of: elements) }
}

extension Int16: ConvertibleInteger {
    public static var elementType: ElementType { .i16 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Int16] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Int16]) -> [UInt8] { memory(of: elements) }
}

extension Int32: ConvertibleInteger {
    public static var elementType: ElementType { .i32 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Int32] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Int32]) -> [UInt8] { memory(of: elements) }
}

extension Int64: ConvertibleInteger {
    public static var elementType: ElementType { .i64 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Int64] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Int64]) -> [UInt8] { memory(of: elements) }
}

extension UInt8: ConvertibleInteger {
    public static var elementType: ElementType { .u8 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [UInt8] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [UInt8]) -> [UInt8] { memory(of: elements) }
}

extension UInt16: ConvertibleInteger {
    public static var elementType: ElementType { .u16 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [UInt16] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [UInt16]) -> [UInt8] { memory(of: elements) }
}

extension UInt32: ConvertibleInteger {
    public static var elementType: ElementType { .u32 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [UInt32] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [UInt32]) -> [UInt8] { memory(of: elements) }
}

extension UInt64: ConvertibleInteger {
    public static var elementType: ElementType { .u64 }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [UInt64] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [UInt64]) -> [UInt8] { memory(of: elements) }
}

extension Bool: ConvertibleNumber {
    public static var elementType: ElementType { .bool }
    init?(stored value: Double) {
        guard value == 0 || value == 1 else { return nil }
        self = value == 1
    }
    init?(stored value: Int64) { self.init(stored: Double(value)) }
    init?(stored value: UInt64) { self.init(stored: Double(value)) }
    public static func elements(of array: NPYArray, name: String) throws(DataError) -> [Bool] {
        try converted(array, name: name)
    }
    public static func bytes(of elements: [Bool]) -> [UInt8] { elements.map { $0 ? 1 : 0 } }
}

extension NPYArray {
    /// The array with elements of another type: floating point takes the nearest number, all others what they can hold
    /// exactly. `name` is what errors call it. O(elements).
    /// - Throws: ``DataError`` that names the first element that can't be converted.
    public func converted(to type: ElementType, name: String) throws(DataError) -> NPYArray {
        switch type {
        case self.type: return self
        case .f16: return try NPY<Float16>(self, name: name).array
        case .f32: return try NPY<Float>(self, name: name).array
        case .f64: return try NPY<Double>(self, name: name).array
        case .bf16:
            let upperHalves = try NPY<Float>(self, name: name).elements.map { UInt16(bfloat16: $0) }
            return NPYArray(type: .bf16, shape: shape, bytes: UInt16.bytes(of: upperHalves))
        case .i8: return try NPY<Int8>(self, name: name).array
        case .i16: return try NPY<Int16>(self, name: name).array
        case .i32: return try NPY<Int32>(self, name: name).array
        case .i64: return try NPY<Int64>(self, name: name).array
        case .u8: return try NPY<UInt8>(self, name: name).array
        case .u16: return try NPY<UInt16>(self, name: name).array
        case .u32: return try NPY<UInt32>(self, name: name).array
        case .u64: return try NPY<UInt64>(self, name: name).array
        case .bool: return try NPY<Bool>(self, name: name).array
        }
    }
}

extension UInt16 {
    /// The upper half of the nearest number that has no lower one, ties to even; what is not a number stays so.
    fileprivate init(bfloat16 number: Float) {
        let bits = number.bitPattern
        self = UInt16(truncatingIfNeeded: number.isNaN ? bits >> 16 | 0x40 : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    }
}
