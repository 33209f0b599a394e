import ApusGraph
import ONNXSchema

// Where the elements of a tensor may be: raw bytes, or a list for the type.
extension TensorProto {
    /// How many elements there are; nil where the bytes are no whole number of them.
    func storedCount(_ type: ElementType) -> Int? {
        if !rawData.isEmpty {
            return rawData.count.isMultiple(of: type.size) ? rawData.count / type.size : nil
        }
        return switch type {
        case .f32: floatData.count
        case .f64: doubleData.count
        case .i64: int64Data.count
        case .u32, .u64: uint64Data.count
        default: int32Data.count
        }
    }

    /// - Precondition: ``storedCount(_:)`` says that they are whole.
    func elements(_ type: ElementType) -> Elements {
        if !rawData.isEmpty {
            return Elements(rawData.bytes, of: type)
        }
        switch type {
        case .f32: return .numbers(floatData.map(Double.init))
        case .f64: return .numbers(doubleData)
        case .f16: return .numbers(int32Data.map { Double(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
        case .bf16: return .numbers(int32Data.map { Double(Float(bitPattern: UInt32(bitPattern: $0) << 16)) })
        case .i64: return .integers(int64Data.map(Int.init))
        case .u32, .u64: return .integers(uint64Data.map { type.wrapped(Int(truncatingIfNeeded: $0)) })
        default: return .integers(int32Data.map { type.wrapped(Int($0)) })
        }
    }

    /// The elements of f32.
    func singlePrecision() -> [Float] {
        rawData.isEmpty ? floatData : [Float](littleEndian: rawData.bytes)
    }
}

extension Elements {
    /// The elements of a type that fill `bytes`.
    init(_ bytes: RawSpan, of type: ElementType) {
        var copied: [UInt8] = []
        copied.reserveCapacity(bytes.byteCount)
        for index in bytes.byteOffsets { copied.append(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        self.init(copied.span, in: 0..<copied.count, of: type)
    }
}

extension [Float] {
    /// Single precision in little-endian order.
    init(littleEndian bytes: RawSpan) {
        unsafe self.init(unsafeUninitializedCapacity: bytes.byteCount / 4) { room, count in
            count = bytes.byteCount / 4
            for index in 0..<count {
                let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                unsafe room.initializeElement(at: index, to: Float(bitPattern: UInt32(littleEndian: word)))
            }
        }
    }
}
