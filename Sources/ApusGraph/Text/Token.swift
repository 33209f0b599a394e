/// A word of the language.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case name(String)
        /// What stands in quotes: a name that is not made of letters alone, or a text.
        case quoted(String)
        case integer(UInt)
        case real(Double)
        /// One of `( ) [ ] , : = + - * /`.
        case symbol(Character)
        case lineEnd
        case end
    }

    var kind: Kind
    var location: SourceLocation
}

extension Token.Kind: CustomStringConvertible {
    /// The token as an error message names it.
    var description: String {
        switch self {
        case .name(let name): "'\(name)'"
        case .quoted(let text): quotation(text)
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .symbol(let character): "'\(character)'"
        case .lineEnd: "the end of the line"
        case .end: "the end of the text"
        }
    }
}

/// What keeps a text within bounds, whoever wrote it.
enum LanguageLimit {
    static let nameLength = 1024
    /// Of every integer in a text, up or down.
    static let integer = 1 << 31
    static let dimension = 1 << 24
    static let rank = 8
    /// Of one value, for one sample.
    static let elements = Int(Int32.max)
    /// Calls within calls, and parentheses within parentheses.
    static let nesting = 32
    /// In one expression.
    static let arithmeticOperations = 64
    /// After so many errors the rest is not looked at.
    static let diagnostics = 20
}

/// Whether `name` can stand in a text without quotes: letters, digits and underscores, in parts joined by dots; a letter or an
/// underscore first.
public func isLanguageName(_ name: String) -> Bool {
    var lexer = Lexer(name)
    let tokens = lexer.tokens()
    guard lexer.diagnostics.isEmpty, tokens.count == 2, case .name(name) = tokens[0].kind else { return false }
    return true
}

/// A name as it stands in a text: in quotes where it is not made of letters, digits, underscores and dots.
func languageName(_ name: String) -> String { isLanguageName(name) ? name : quotation(name) }

/// A text in quotes. Quotes, backslashes and characters that can't be seen are written as in Swift.
func quotation(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\t": "\\t"
        case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
            "\\u{\(String(scalar.value, radix: 16))}"
        default: String(Character(scalar))
        }
    }
    return "\"\(escaped.joined())\""
}

/// The fewest digits that give the number back, without a fraction where it is a whole number of the language.
func shortest(_ value: Double) -> String {
    let digits = value.description
    guard digits.hasSuffix(".0"), digits != "-0.0", abs(value) <= Double(LanguageLimit.integer) else { return digits }
    return String(digits.dropLast(2))
}
