/// An expression is written with the operands `a`, `b`, ... `h`, numbers, `+ - * /`, parentheses, and functions by name:
/// `b * (1 - tanh(a) * tanh(a))`, `select(greater(a, 0), b, 0)`.
extension Expression: CustomStringConvertible {
    /// Operands that an expression has at most.
    public static let operandLimit = 8
    /// Of an expression that is read from a text.
    static let sizeLimit = 512

    public var description: String { text(within: 0) }

    /// - Parameter strength: how strongly the surrounding operation binds: 0 none, 1 sums, 2 products and what is negated.
    private func text(within strength: Int) -> String {
        switch self {
        case .operand(let index): return String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
        case .constant(let value): return shortest(value)
        case .unary(let function, let inner): return "\(function.rawValue)(\(inner))"
        case .binary(let function, let first, let second):
            guard let (sign, own) = function.sign else { return "\(function.rawValue)(\(first), \(second))" }
            let text = "\(first.text(within: own)) \(sign) \(second.text(within: own + 1))"
            return own < strength ? "(\(text))" : text
        case .select(let condition, let first, let second): return "select(\(condition), \(first), \(second))"
        }
    }

    /// Reads the text of an expression.
    ///
    /// - Returns: nil where the text is none, or is larger or deeper than expressions are.
    public init?(_ text: String) {
        var reader = ExpressionReader(text)
        guard let expression = reader.read() else { return nil }
        self = expression
    }
}

extension Expression.Binary {
    fileprivate var sign: (String, strength: Int)? {
        switch self {
        case .add: ("+", 1)
        case .subtract: ("-", 1)
        case .multiply: ("*", 2)
        case .divide: ("/", 2)
        default: nil
        }
    }
}

/// Reads an expression from its text, with the language's own lexer.
private struct ExpressionReader {
    private let tokens: [Token]
    private var position = 0
    private var size = 0

    init(_ text: String) {
        var lexer = Lexer(text)
        let all = lexer.tokens()
        tokens = lexer.diagnostics.isEmpty ? all : []
    }

    mutating func read() -> Expression? {
        guard !tokens.isEmpty, let expression = sum(depth: 0), tokens[position].kind == .end else { return nil }
        return expression
    }

    private mutating func take(_ character: Character) -> Bool {
        guard tokens[position].kind == .symbol(character) else { return false }
        position += 1
        return true
    }

    private mutating func sum(depth: Int) -> Expression? {
        guard var left = product(depth: depth) else { return nil }
        while true {
            if take("+") {
                guard let right = product(depth: depth) else { return nil }
                left = left + right
            } else if take("-") {
                guard let right = product(depth: depth) else { return nil }
                left = left - right
            } else {
                return left
            }
        }
    }

    private mutating func product(depth: Int) -> Expression? {
        guard var left = factor(depth: depth) else { return nil }
        while true {
            if take("*") {
                guard let right = factor(depth: depth) else { return nil }
                left = left * right
            } else if take("/") {
                guard let right = factor(depth: depth) else { return nil }
                left = left / right
            } else {
                return left
            }
        }
    }

    private mutating func factor(depth: Int) -> Expression? {
        size += 1
        guard depth < 2 * LanguageLimit.nesting, size <= Expression.sizeLimit else { return nil }
        let isNegative = take("-")
        switch tokens[position].kind {
        case .integer(let value):
            position += 1
            return .constant(isNegative ? -Double(value) : Double(value))
        case .real(let value):
            position += 1
            return .constant(isNegative ? -value : value)
        case .name(let name) where !isNegative:
            position += 1
            return named(name, depth: depth)
        case .name("inf"):
            position += 1
            return .constant(-.infinity)
        case .symbol("(") where !isNegative:
            position += 1
            guard let inner = sum(depth: depth + 1), take(")") else { return nil }
            return inner
        default: return nil
        }
    }

    private mutating func named(_ name: String, depth: Int) -> Expression? {
        guard take("(") else {
            if name == "inf" { return .constant(.infinity) }
            if name == "nan" { return .constant(.nan) }
            guard name.utf8.count == 1, let letter = name.utf8.first, letter >= UInt8(ascii: "a"),
                letter < UInt8(ascii: "a") + UInt8(Expression.operandLimit)
            else { return nil }
            return .operand(Int(letter - UInt8(ascii: "a")))
        }
        var arguments: [Expression] = []
        repeat {
            guard let argument = sum(depth: depth + 1) else { return nil }
            arguments.append(argument)
        } while take(",")
        guard take(")") else { return nil }
        switch arguments.count {
        case 1: return Expression.Unary(rawValue: name).map { .unary($0, arguments[0]) }
        case 2:
            return Expression.Binary(rawValue: name).flatMap {
                $0.sign == nil ? .binary($0, arguments[0], arguments[1]) : nil
            }
        case 3: return name == "select" ? .select(arguments[0], arguments[1], arguments[2]) : nil
        default: return nil
        }
    }
}
