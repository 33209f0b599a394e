import ApusJSON

/// Reads JSON (RFC 8259) from its start to its end, value by value, without making a tree of it: a request's numbers go straight to the
/// bytes of a tensor.
///
/// Every call takes O(bytes that it passes over), and memory for nothing but the strings that it returns.
package struct JSONScanner {
    /// Values may lie within each other this deep.
    package static let maximumDepth = 64

    let bytes: [UInt8]
    /// Where the next value, or space before it, begins.
    package internal(set) var position = 0
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
        do throws(JSONString.Problem) {
            return try JSONString.read(
                bytes, start: start - 1, from: &position, behind: Array(bytes[start..<position]))
        } catch {
            throw self.error(error.text)
        }
    }
}
