/// The strings of JSON (RFC 8259, section 7), for whoever goes through its bytes.
package enum JSONString {
    /// What is wrong with a string, and the number of the byte that says it best.
    package struct Problem: Error {
        package let text: String
        package let place: Int
    }

    /// Reads a string to its end; linear in its bytes.
    ///
    /// - Parameters:
    ///   - bytes: of the whole text.
    ///   - start: the number of the string's opening quote.
    ///   - position: of the first byte that isn't read yet; becomes that of the byte behind the closing quote, or behind what was read
    ///     until the string was found wrong.
    ///   - text: the bytes between the opening quote and `position`, none of which is an escape.
    package static func read(
        _ bytes: [UInt8], start: Int, from position: inout Int, behind text: [UInt8] = []
    ) throws(Problem) -> String {
        var text = text
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Problem(text: "the string is not UTF-8", place: start)
                }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape(bytes, &position)).utf8)
            case 0..<0x20:
                throw Problem(text: "a control character must be written as \\u00XX", place: position - 1)
            default: text.append(byte)
            }
        }
        throw Problem(text: "the string does not end", place: start)
    }

    /// What an escape stands for, whose backslash is read.
    private static func escape(_ bytes: [UInt8], _ position: inout Int) throws(Problem) -> Unicode.Scalar {
        let place = position - 1
        guard position < bytes.count else { throw Problem(text: "the string does not end", place: place) }
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
            let unit = try codeUnit(bytes, &position)
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw Problem(text: "half of a surrogate pair", place: place) }
            position += 2
            let second = try codeUnit(bytes, &position)
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
            else { throw Problem(text: "half of a surrogate pair", place: place) }
            return scalar
        default: throw Problem(text: "there is no such escape", place: place)
        }
    }

    /// The four hexadecimal digits of a `\u` escape.
    private static func codeUnit(_ bytes: [UInt8], _ position: inout Int) throws(Problem) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, bytes[position] < 0x80,
                let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
            else { throw Problem(text: "four hexadecimal digits are needed here", place: position) }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
