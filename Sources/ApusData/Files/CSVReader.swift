/// Takes records off a text of values with commas between them, RFC 4180: fields may be in quotes, and then hold commas, line
/// ends, and doubled quotes. Lines end in LF or CR LF; empty ones are passed over.
struct CSVReader {
    /// Where a field is in the text, and in the file for people.
    struct Field {
        /// Without the quotes around it.
        var range: Range<Int>
        var isQuoted: Bool
        /// Counted from 1.
        var line: Int
    }

    private let bytes: [UInt8]
    private let name: String
    private var position = 0
    private var line = 1
    /// Fields of the last record, those that were not kept too.
    private(set) var fieldCount = 0

    /// - Parameter name: what errors call the file.
    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
        // A byte order mark says nothing in UTF-8.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The fields of the next record, into an array that is used again. False at the end.
    ///
    /// - Parameter limit: fields that are kept; a line may have more than there is memory for.
    mutating func next(_ fields: inout [Field], atMost limit: Int) throws(DataError) -> Bool {
        fields.removeAll(keepingCapacity: true)
        fieldCount = 0
        while position < bytes.count, takeLineEnd() {}
        guard position < bytes.count else { return false }
        while true {
            let field = try field(column: fieldCount + 1)
            if fieldCount < limit { fields.append(field) }
            fieldCount += 1
            if position == bytes.count || takeLineEnd() { return true }
            // Behind a field there is a comma or the end of its line.
            position += 1
        }
    }

    /// No more records than this are in the file: each ends its line, and has a byte and its end for each column.
    func recordLimit(columns: Int) -> Int {
        min(bytes.count { $0 == UInt8(ascii: "\n") } + 1, bytes.count / (2 * columns) + 1)
    }

    /// The text of a field, its doubled quotes made single.
    func text(_ field: Field) -> String {
        let text = String(decoding: bytes[field.range], as: UTF8.self)
        return field.isQuoted ? text.replacing("\"\"", with: "\"") : text
    }

    /// The error of a field: its line, and its column counted from 1.
    func error(_ field: Field, column: Int, _ problem: String, remedy: String) -> DataError {
        DataError(file: name, problem: "line \(field.line), column \(column): \(problem)", remedy: remedy)
    }

    private mutating func takeLineEnd() -> Bool {
        if bytes[position] == UInt8(ascii: "\n") {
            position += 1
        } else if bytes[position] == UInt8(ascii: "\r"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "\n")
        {
            position += 2
        } else {
            return false
        }
        line += 1
        return true
    }

    private mutating func field(column: Int) throws(DataError) -> Field {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return try plainField(column) }
        var field = Field(range: position + 1..<position + 1, isQuoted: true, line: line)
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else {
                    field.range = field.range.lowerBound..<position
                    position += 1
                    guard position == bytes.count || isEnd(bytes[position]) else {
                        throw error(
                            field, column: column, "there is text behind the closing quote",
                            remedy: "double the quotes within a field")
                    }
                    return field
                }
                position += 1
            } else if byte == UInt8(ascii: "\n") {
                line += 1
            }
            position += 1
        }
        throw error(field, column: column, "its quote is not closed", remedy: "close it")
    }

    private mutating func plainField(_ column: Int) throws(DataError) -> Field {
        let start = position
        while position < bytes.count, !isEnd(bytes[position]) {
            guard bytes[position] != UInt8(ascii: "\"") else {
                throw error(
                    Field(range: start..<position, isQuoted: false, line: line), column: column,
                    "there is a quote within a field", remedy: "put the field in quotes, and double those within it")
            }
            position += 1
        }
        let field = Field(range: start..<position, isQuoted: false, line: line)
        if position < bytes.count, bytes[position] == UInt8(ascii: "\r"), !endsLine {
            throw error(
                field, column: column, "there is a carriage return within a line", remedy: "end lines in LF or CR LF")
        }
        return field
    }

    /// Whether a line ends at the position.
    private var endsLine: Bool { position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\n") }

    private func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
}

extension CSVReader {
    /// A field as a number, spaces around it left out; nil where it is none, or not finite.
    ///
    /// Numbers of up to 15 digits are a whole number times or divided by a power of ten that are both exact, so that one
    /// rounding makes them (W. D. Clinger, "How to Read Floating Point Numbers Accurately" (1990), section 3); others are left
    /// to the standard library.
    func number(_ field: Field) -> Double? {
        var range = field.range
        while let first = range.first, isSpace(bytes[first]) { range = first + 1..<range.upperBound }
        while let last = range.last, isSpace(bytes[last]) { range = range.lowerBound..<last }
        guard let first = range.first else { return nil }
        var place = first
        let isNegative = bytes[place] == UInt8(ascii: "-")
        if isNegative || bytes[place] == UInt8(ascii: "+") { place += 1 }
        var whole = 0.0
        var digits = 0
        var fraction = 0
        var hasPoint = false
        while place < range.upperBound {
            let digit = bytes[place] &- UInt8(ascii: "0")
            if digit < 10 {
                whole = whole * 10 + Double(digit)
                digits += 1
                if hasPoint { fraction += 1 }
            } else if bytes[place] == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            place += 1
        }
        guard digits > 0 else { return nil }
        if place == range.upperBound, digits <= 15 {
            let value = whole / Self.powers[fraction]
            return isNegative ? -value : value
        }
        // What is no number in decimal, hexadecimal for instance, is none here.
        guard bytes[range].allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
            let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite
        else { return nil }
        return value
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// Whether a field is written as a whole number: digits, perhaps with a sign.
    func isWholeNumber(_ field: Field) -> Bool {
        bytes[field.range].allSatisfy { isSpace($0) || "0123456789+-".utf8.contains($0) }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
