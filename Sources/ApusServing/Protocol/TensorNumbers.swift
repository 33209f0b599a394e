import ApusPlan

/// The numbers of a JSON array as the bytes of a tensor.
struct TensorNumbers {
    let type: Port.ElementType
    /// How many there must be.
    let count: Int
    private(set) var bytes: [UInt8] = []
    private var found = 0

    /// - Parameter room: bytes of the text that the numbers are read from: no more of them can come than it has room for.
    init(_ type: Port.ElementType, count: Int, room: Int) {
        self.type = type
        self.count = count
        bytes.reserveCapacity(min(count, room) * type.size)
    }

    /// Reads an array of them, flat or with arrays for each dimension.
    mutating func read(_ scanner: inout JSONScanner, of name: String) throws(RequestError) {
        try readArray(&scanner, name)
        guard found == count else { throw wrongCount(name, "\(found)") }
    }

    private func wrongCount(_ name: String, _ found: String) -> RequestError {
        .invalid("the data of '\(name)' has \(found) elements, and its shape \(count)")
    }

    private mutating func readArray(_ scanner: inout JSONScanner, _ name: String) throws(RequestError) {
        var numbers = self
        // So that the bytes have one owner.
        bytes = []
        try scanner.array { (scanner) throws(RequestError) in
            if scanner.peek() == UInt8(ascii: "[") {
                try numbers.readArray(&scanner, name)
            } else {
                guard numbers.found < numbers.count else { throw numbers.wrongCount(name, "more") }
                try numbers.readNumber(&scanner, name)
            }
        }
        self = numbers
    }

    private mutating func readNumber(_ scanner: inout JSONScanner, _ name: String) throws(RequestError) {
        found += 1
        switch scanner.peek() {
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            guard type == .bool else { throw scanner.error("a number of \(type.dataType) is needed here") }
            bytes.append(try scanner.bool() ? 1 : 0)
            return
        default: break
        }
        let number = try scanner.number()
        switch type {
        case .f32: append(try check(scanner.float(number), scanner).bitPattern)
        case .f64: append(try check(scanner.double(number), scanner).bitPattern)
        case .f16:
            let value = Float16(try check(scanner.double(number), scanner))
            append(try check(value.isFinite ? value : nil, scanner).bitPattern)
        case .bf16:
            let bits = try check(scanner.float(number), scanner).bitPattern
            // To the nearest, and of two to the even one.
            append(UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16))
        case .i8: append(try check(scanner.integer(number, as: Int8.self), scanner))
        case .i16: append(try check(scanner.integer(number, as: Int16.self), scanner))
        case .i32: append(try check(scanner.integer(number, as: Int32.self), scanner))
        case .i64: append(try check(scanner.integer(number, as: Int64.self), scanner))
        case .u8: append(try check(scanner.integer(number, as: UInt8.self), scanner))
        case .u16: append(try check(scanner.integer(number, as: UInt16.self), scanner))
        case .u32: append(try check(scanner.integer(number, as: UInt32.self), scanner))
        case .u64: append(try check(scanner.integer(number, as: UInt64.self), scanner))
        case .bool:
            let value = try check(scanner.integer(number, as: UInt8.self), scanner)
            append(try check(value > 1 ? nil : value, scanner))
        }
    }

    private func check<Value>(_ value: Value?, _ scanner: JSONScanner) throws(RequestError) -> Value {
        guard let value else { throw scanner.error("the number before it is no \(type.dataType)") }
        return value
    }

    private mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        var rest = UInt64(truncatingIfNeeded: value)
        for _ in 0..<type.size {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
