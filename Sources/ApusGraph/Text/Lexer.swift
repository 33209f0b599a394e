import ApusFiles
import ApusText

/// Cuts a source text into tokens.
///
/// A line ends a statement, but for one that goes on: after `(`, `[` and `,`, and before `)` and `]`.
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0
    /// Where the last column was counted to, so that a long line is counted once.
    private var counted = (position: 0, column: 1)
    private var result: [Token] = []
    private(set) var diagnostics: [Diagnostic] = []

    init(_ source: String) { bytes = Array(source.utf8) }

    /// A byte of a text can be a token, which takes some 64 of memory, and as many again for what it says.
    private static var tokenLimit: Int { MemoryLimit.bytes / 128 }

    /// All tokens, ended by ``Token/Kind/end``. O(length).
    mutating func tokens() -> [Token] {
        let limit = Self.tokenLimit
        while position < bytes.count, diagnostics.count < LanguageLimit.diagnostics {
            guard result.count < limit else {
                report(
                    "more than \(limit) words, numbers and signs, which take too much memory", from: position,
                    remedy: MemoryLimit.remedy)
                break
            }
            next()
        }
        append(.end, from: position)
        return result
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func next() {
        let start = position
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): endLine()
        case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
        case UInt8(ascii: "#"):
            while let byte = current, !Self.isNewline(byte) { position += 1 }
        case _ where Self.isLetter(byte): name()
        case _ where Self.isDigit(byte): number()
        case UInt8(ascii: "\""): quotation()
        default:
            let character = Character(UnicodeScalar(byte))
            if "()[],:=+-*/".contains(character) {
                position += 1
                if character == ")" || character == "]", result.last?.kind == .lineEnd { result.removeLast() }
                append(.symbol(character), from: start)
            } else {
                unexpected()
            }
        }
    }

    private mutating func endLine() {
        if bytes[position] == UInt8(ascii: "\r"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n")
        {
            position += 1
        }
        let goesOn: Bool
        switch result.last?.kind {
        case nil, .lineEnd, .symbol("("), .symbol("["), .symbol(","): goesOn = true
        default: goesOn = false
        }
        if !goesOn { append(.lineEnd, from: position) }
        position += 1
        line += 1
        lineStart = position
        counted = (position, 1)
    }

    private mutating func name() {
        let start = position
        while let byte = current {
            let partFollows =
                byte == UInt8(ascii: ".") && position + 1 < bytes.count && Self.isNameByte(bytes[position + 1])
            guard Self.isNameByte(byte) || partFollows else { break }
            position += 1
        }
        let name = text(start..<position)
        if bytes[start..<position].contains(where: { $0 >= 0x80 }) {
            report(
                "'\(shortened(printable(name)))' has other letters than a name can have", from: start,
                remedy: "names are made of the letters a to z, digits, '_' and '.'")
            append(.name(name), from: start)
            return
        }
        guard position - start <= LanguageLimit.nameLength else {
            report(
                "a name of \(position - start) letters is too long", from: start,
                remedy: "keep names to \(LanguageLimit.nameLength) letters")
            append(.name(String(name.prefix(LanguageLimit.nameLength))), from: start)
            return
        }
        append(.name(name), from: start)
    }

    /// What stands in quotes, on one line. A backslash starts `\"`, `\\`, `\n`, `\t` or `\u{1f}`.
    private mutating func quotation() {
        let start = position
        var content: [UInt8] = []
        position += 1
        while let byte = current, byte != UInt8(ascii: "\""), !Self.isNewline(byte) {
            position += 1
            if byte != UInt8(ascii: "\\") {
                content.append(byte)
            } else if let scalar = escape() {
                content += String(Character(scalar)).utf8
            } else {
                report(
                    "a backslash that starts nothing known", from: position - 1,
                    remedy: "write \\\\ for a backslash, and \\\" for a quote")
            }
        }
        if current == UInt8(ascii: "\"") {
            position += 1
        } else {
            report("a quote that is not closed on its line", from: start, remedy: "close it with \"")
        }
        let text = String(decoding: content, as: UTF8.self)
        if text.isEmpty || text.count > LanguageLimit.nameLength * 8 {
            report(
                "a text in quotes of \(text.count) letters", from: start,
                remedy: "give it 1 to \(LanguageLimit.nameLength * 8)")
        }
        append(.quoted(text), from: start)
    }

    /// The character that is written behind a backslash, which is taken already.
    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = current else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return Unicode.Scalar(byte)
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let start = position
            while let digit = current, digit != UInt8(ascii: "}"), position - start < 8 { position += 1 }
            guard current == UInt8(ascii: "}") else { return nil }
            position += 1
            let digits = text(start..<position - 1)
            return digits.hasPrefix("{") ? UInt32(digits.dropFirst(), radix: 16).flatMap(Unicode.Scalar.init) : nil
        default: return nil
        }
    }

    private mutating func number() {
        let start = position
        var isReal = false
        skipDigits()
        if current == UInt8(ascii: "."), position + 1 < bytes.count, Self.isDigit(bytes[position + 1]) {
            isReal = true
            position += 1
            skipDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            var ahead = position + 1
            if ahead < bytes.count, bytes[ahead] == UInt8(ascii: "-") || bytes[ahead] == UInt8(ascii: "+") {
                ahead += 1
            }
            if ahead < bytes.count, Self.isDigit(bytes[ahead]) {
                isReal = true
                position = ahead
                skipDigits()
            }
        }
        if let byte = current, Self.isNameByte(byte) {
            while let byte = current, Self.isNameByte(byte) { position += 1 }
            report(
                "'\(shortened(text(start..<position)))' is neither a number nor a name", from: start,
                remedy: "start a name with a letter or an underscore")
            append(.name("_"), from: start)
            return
        }
        let digits = text(start..<position)
        if isReal {
            let value = Double(digits) ?? .infinity
            if !value.isFinite {
                report("the number \(shortened(digits)) is too large", from: start, remedy: "keep it below 1.8e308")
            }
            append(.real(value.isFinite ? value : 0), from: start)
        } else if let value = UInt(digits) {
            append(.integer(value), from: start)
        } else {
            report(
                "the number \(shortened(digits)) is too large", from: start,
                remedy: "keep whole numbers to \(LanguageLimit.integer)")
            append(.integer(1), from: start)
        }
    }

    private mutating func skipDigits() {
        while let byte = current, Self.isDigit(byte) { position += 1 }
    }

    private mutating func unexpected() {
        let start = position
        position += 1
        let character = printable(text(start..<position))
        report(
            "the character '\(character)' has no meaning here", from: start,
            remedy: "names are made of the letters a to z, digits, '_' and '.'; a comment starts with '#'")
    }

    private mutating func report(_ message: String, from start: Int, remedy: String) {
        diagnostics.append(Diagnostic(message, at: location(from: start), remedy: remedy))
    }

    private mutating func append(_ kind: Token.Kind, from start: Int) {
        result.append(Token(kind: kind, location: location(from: start)))
    }

    private mutating func location(from start: Int) -> SourceLocation {
        if start < counted.position { counted = (lineStart, 1) }
        counted = (start, counted.column + text(counted.position..<start).count)
        return SourceLocation(line: line, column: counted.column, length: max(1, text(start..<position).count))
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func shortened(_ text: String) -> String { text.count > 24 ? text.prefix(20) + "…" : text }

    private static func isNewline(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    /// Letters beyond ASCII count, so that a word of them is one error.
    private static func isLetter(_ byte: UInt8) -> Bool {
        let lowered = byte | 0x20
        return lowered >= UInt8(ascii: "a") && lowered <= UInt8(ascii: "z") || byte == UInt8(ascii: "_") || byte >= 0x80
    }
    private static func isNameByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
}
