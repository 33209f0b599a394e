// How elements lie in files and in memory: little-endian, without gaps.

extension Elements {
    /// The elements as bytes of a type. Numbers are rounded to it; integers keep their low bits.
    package func bytes(of type: ElementType) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * type.size)
        switch type {
        case .f32: for number in doubles { bytes.append(littleEndian: UInt64(Float(number).bitPattern), size: 4) }
        case .f64: for number in doubles { bytes.append(littleEndian: number.bitPattern, size: 8) }
        case .f16: for number in doubles { bytes.append(littleEndian: UInt64(Float16(number).bitPattern), size: 2) }
        case .bf16:
            for number in doubles {
                bytes.append(littleEndian: UInt64(Float(type.rounded(number)).bitPattern >> 16), size: 2)
            }
        default:
            for integer in converted(to: type).whole {
                bytes.append(littleEndian: UInt64(bitPattern: Int64(integer)), size: type.size)
            }
        }
        return bytes
    }

    /// The elements of a type that lie in `range` of `bytes`.
    ///
    /// - Precondition: the range lies within the bytes and holds whole elements.
    package init(_ bytes: Span<UInt8>, in range: Range<Int>, of type: ElementType) {
        let places = stride(from: range.lowerBound, to: range.upperBound, by: type.size)
        func word(_ place: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in (place..<place + type.size).reversed() { word = word << 8 | UInt64(bytes[index]) }
            return word
        }
        switch type {
        case .f32: self = .numbers(places.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: word($0)))) })
        case .f64: self = .numbers(places.map { Double(bitPattern: word($0)) })
        case .f16: self = .numbers(places.map { Double(Float16(bitPattern: UInt16(truncatingIfNeeded: word($0)))) })
        case .bf16:
            self = .numbers(places.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: word($0)) << 16)) })
        default: self = .integers(places.map { type.wrapped(Int(Int64(bitPattern: word($0)))) })
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian word: UInt64, size: Int) {
        for shift in 0..<size { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
}
