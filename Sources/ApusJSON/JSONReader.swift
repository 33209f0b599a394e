/// Where text is not JSON, and why.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Counted from 1, in bytes within the line.
    public let line: Int
    public let column: Int
    public let problem: String

    public init(line: Int, column: Int, problem: String) {
        self.line = line
        self.column = column
        self.problem = problem
    }

    public var description: String { "line \(line), column \(column): \(problem)" }
}

extension JSONValue {
    /// Values may lie within each other this deep.
    public static let maximumDepth = 64

    /// Reads a text that is one JSON value (RFC 8259) and nothing else.
    ///
    /// Numbers without fraction and exponent become ``integer(_:)`` where they fit. Refused are: an object that has a name
    /// twice, numbers beyond a `Double`, broken UTF-8, unpaired surrogates, and nesting deeper than ``maximumDepth``.
    /// O(bytes); the memory taken is bounded by a multiple of the text's length.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        var reader = Reader(bytes: bytes)
        self = try reader.readDocument()
    }

    /// Reads a text that is one JSON value and nothing else.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }
}

private struct Reader {
    let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readDocument() throws(JSONError) -> JSONValue {
        skipSpace()
        let value = try readValue()
        skipSpace()
        guard position == bytes.count else { throw error("there is more text after the value") }
        return value
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func error(_ problem: String, at place: Int? = nil) -> JSONError {
        let before = bytes[..<(place ?? position)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSONError(line: line, column: before.endIndex - start + 1, problem: problem)
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Takes the byte if it is the next one.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func readValue() throws(JSONError) -> JSONValue {
        guard let first = current else { throw error("the text ends where a value is needed") }
        switch first {
        case UInt8(ascii: "{"): return try nested { (reader) throws(JSONError) in try reader.readObject() }
        case UInt8(ascii: "["): return try nested { (reader) throws(JSONError) in try reader.readArray() }
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw error("a value is needed here")
        }
    }

    private mutating func nested(
        _ body: (inout Reader) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else {
            throw error("values lie more than \(JSONValue.maximumDepth) deep within each other")
        }
        depth += 1
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let text = Array("\(word)".utf8)
        guard bytes[position...].starts(with: text) else { throw error("a value is needed here") }
        position += text.count
        return value
    }

    private mutating func readArray() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            skipSpace()
            elements.append(try readValue())
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw error("',' or ']' is needed here") }
        }
    }

    private mutating func readObject() throws(JSONError) -> JSONValue {
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            let start = position
            guard current == UInt8(ascii: "\"") else { throw error("a name in quotes is needed here") }
            let name = try readString()
            guard names.insert(name).inserted else { throw error("the name is there twice", at: start) }
            skipSpace()
            guard take(":") else { throw error("':' is needed here") }
            skipSpace()
            members.append(.init(name, try readValue()))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("',' or '}' is needed here") }
        }
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error("a digit is needed here") }
    }

    private mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = position
        _ = take("-")
        if !take("0") { try skipDigits() }
        var isInteger = true
        if take(".") {
            isInteger = false
            try skipDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw error("the number is too large", at: start) }
        return .number(value)
    }

    private mutating func readString() throws(JSONError) -> String {
        let start = position
        position += 1
        do throws(JSONString.Problem) { return try JSONString.read(bytes, start: start, from: &position) } catch {
            throw self.error(error.text, at: error.place)
        }
    }
}
