/// Reads JSON (RFC 8259) from its start to its end, value by value, without making a tree of it: a request's numbers go straight to the
/// bytes of a tensor.
///
/// Every call takes O(bytes that it passes over), and memory for nothing but the strings that it returns.
package struct JSONScanner {
    /// Values may lie within each other this deep.
    package static let maximumDepth = 64

    private let bytes: [UInt8]
    package private(set) var position = 0
    private var depth = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func error(_ problem: String) -> RequestError {
        .invalid("the JSON is wrong at byte \(position): \(problem)")
    }

    /// The first byte of the next value, or nil at the end.
    package mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// Takes a character if it is the next one.
    package mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Checks that nothing follows.
    package mutating func end() throws(RequestError) {
        guard peek() == nil else { throw error("there is more text after the value") }
    }

    /// Reads an object: `member` is called behind each name and its colon, and reads the value.
    package mutating func object(
        _ member: (inout JSONScanner, String) throws(RequestError) -> Void
    ) throws(RequestError) {
        guard take("{") else { throw error("an object is needed here") }
        try descend()
        if !take("}") {
            repeat {
                let name = try string()
                guard take(":") else { throw error("':' is needed here") }
                try member(&self, name)
            } while take(",")
            guard take("}") else { throw error("',' or '}' is needed here") }
        }
        depth -= 1
    }

    /// Reads an array: `element` is called before each element, and reads it.
    package mutating func array(_ element: (inout JSONScanner) throws(RequestError) -> Void) throws(RequestError) {
        guard take("[") else { throw error("an array is needed here") }
        try descend()
        if !take("]") {
            repeat { try element(&self) } while take(",")
            guard take("]") else { throw error("',' or ']' is needed here") }
        }
        depth -= 1
    }

    private mutating func descend() throws(RequestError) {
        guard depth < Self.maximumDepth else {
            throw error("values lie more than \(Self.maximumDepth) deep within each other")
        }
        depth += 1
    }

    /// Passes over a value of any kind.
    package mutating func skip() throws(RequestError) {
        switch peek() {
        case UInt8(ascii: "{"):
            try object { (scanner, _) throws(RequestError) in try scanner.skip() }
        case UInt8(ascii: "["):
            try array { (scanner) throws(RequestError) in try scanner.skip() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
        case UInt8(ascii: "n"): try word("null")
        default: _ = try number()
        }
    }

    package mutating func bool() throws(RequestError) -> Bool {
        let isTrue = peek() == UInt8(ascii: "t")
        try word(isTrue ? "true" : "false")
        return isTrue
    }

    private mutating func word(_ text: StaticString) throws(RequestError) {
        _ = peek()
        let count = text.utf8CodeUnitCount
        let matches = text.withUTF8Buffer { word in
            position + count <= bytes.count && (0..<count).allSatisfy { unsafe bytes[position + $0] == word[$0] }
        }
        guard matches else { throw error("a value is needed here") }
        position += count
    }

    /// The text of a string.
    package mutating func string() throws(RequestError) -> String {
        guard take("\"") else { throw error("a string is needed here") }
        let start = position
        var isASCII = true
        while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\"),
            bytes[position] >= 0x20
        {
            isASCII = isASCII && bytes[position] < 0x80
            position += 1
        }
        guard position < bytes.count else { throw error("the string does not end") }
        if isASCII, bytes[position] == UInt8(ascii: "\"") {
            position += 1
            return String(decoding: bytes[start..<position - 1], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw error("the string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20: throw error("a control character must be written as \\u00XX")
            default: text.append(byte)
            }
        }
        throw error("the string does not end")
    }

    private mutating func escape() throws(RequestError) -> Unicode.Scalar {
        guard position < bytes.count else { throw error("the string does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw error("half of a surrogate pair") }
            position += 2
            let second = try codeUnit()
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
            else { throw error("half of a surrogate pair") }
            return scalar
        default: throw error("there is no such escape")
        }
    }

    private mutating func codeUnit() throws(RequestError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, bytes[position] < 0x80,
                let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
            else { throw error("four hexadecimal digits are needed here") }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    /// A number as it is written.
    package struct Number {
        /// Its digits up to the nineteenth, as an integer; meaningless where ``isExact`` is false.
        package var digits: UInt64
        /// The power of ten that they are multiplied by.
        package var exponent: Int
        package var isNegative: Bool
        /// Whether ``digits`` has all of them.
        package var isExact: Bool
        /// Where it stands.
        var range: Range<Int>
    }

    package mutating func number() throws(RequestError) -> Number {
        _ = peek()
        let start = position
        var number = Number(digits: 0, exponent: 0, isNegative: false, isExact: true, range: start..<start)
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        let first = position
        readDigits(into: &number)
        guard position > first else { throw error("a value is needed here") }
        guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else { throw error("a number begins with 0") }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            let point = position
            readDigits(into: &number)
            guard position > point else { throw error("a digit is needed here") }
            number.exponent -= position - point
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            var isNegative = false
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                isNegative = bytes[position] == UInt8(ascii: "-")
                position += 1
            }
            let power = position
            var value = 0
            while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
                value = min(value * 10 + Int(digit), 100_000)
                position += 1
            }
            guard position > power else { throw error("a digit is needed here") }
            number.exponent += isNegative ? -value : value
        }
        number.range = start..<position
        return number
    }

    @inline(__always)
    private mutating func readDigits(into number: inout Number) {
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            if number.digits < 1_000_000_000_000_000_000 {
                number.digits = number.digits * 10 + UInt64(digit)
            } else {
                number.isExact = false
            }
            position += 1
        }
    }

    /// The nearest `Double`, or nil where it is beyond them.
    package func double(_ number: Number) -> Double? {
        // Both factors are exact, and so is one rounding of their product or quotient: Clinger, "How to read floating point numbers
        // accurately" (1990), section 3.
        if number.isExact, number.digits < 1 << 53, abs(number.exponent) <= 22 {
            let magnitude =
                number.exponent < 0
                ? Double(number.digits) / powersOfTen[-number.exponent]
                : Double(number.digits) * powersOfTen[number.exponent]
            return number.isNegative ? -magnitude : magnitude
        }
        guard let value = Double(String(decoding: bytes[number.range], as: UTF8.self)), value.isFinite else {
            return nil
        }
        return value
    }

    /// The nearest `Float`, or nil where it is beyond them.
    package func float(_ number: Number) -> Float? {
        if number.isExact, number.digits < 1 << 24, abs(number.exponent) <= 10 {
            let magnitude =
                number.exponent < 0
                ? Float(number.digits) / floatPowersOfTen[-number.exponent]
                : Float(number.digits) * floatPowersOfTen[number.exponent]
            return number.isNegative ? -magnitude : magnitude
        }
        guard let value = double(number) else { return nil }
        let single = Float(value)
        // What lies exactly between two is rounded twice otherwise.
        if value.bitPattern & 0x1FFF_FFFF == 0x1000_0000 {
            guard let value = Float(String(decoding: bytes[number.range], as: UTF8.self)), value.isFinite else {
                return nil
            }
            return value
        }
        return single.isFinite ? single : nil
    }

    /// The whole number, or nil where it has a fraction, an exponent or too many digits.
    package func integer<Integer: FixedWidthInteger>(_ number: Number, as type: Integer.Type) -> Integer? {
        guard number.exponent == 0 else { return nil }
        guard number.isExact else { return Integer(String(decoding: bytes[number.range], as: UTF8.self)) }
        guard number.isNegative else { return Integer(exactly: number.digits) }
        guard number.digits <= UInt64(1) << 63 else { return nil }
        return Integer(exactly: number.digits == 1 << 63 ? Int64.min : -Int64(number.digits))
    }
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21,
    1e22,
]
private let floatPowersOfTen: [Float] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
