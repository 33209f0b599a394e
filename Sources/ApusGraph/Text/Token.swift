/// A word of the language.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case name(String)
        case integer(Int)
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

/// Whether `name` can stand in a text: letters, digits and underscores, in parts joined by dots; a letter or an underscore
/// first.
public func isLanguageName(_ name: String) -> Bool {
    var lexer = Lexer(name)
    let tokens = lexer.tokens()
    guard lexer.diagnostics.isEmpty, tokens.count == 2, case .name(name) = tokens[0].kind else { return false }
    return true
}
