import ApusText

/// A number that a spec names and that its user can change.
public struct Setting: Sendable, Equatable {
    public var name: String
    /// The value that the spec gives it.
    public var defaultValue: Int
}

/// The settings of a spec.
public struct Settings: Sendable {
    private var values: [String: Int] = [:]
    private let overrides: [String: Int]
    /// The symbols that the types of inputs brought in.
    private(set) var symbols: Set<String> = []

    /// The settings that `source` declares, in order, with their default values.
    public static func names(in source: String, file: String? = nil) throws(Diagnostics) -> [Setting] {
        let parser = Parser(source)
        var settings = Settings(overrides: [:])
        var result: [Setting] = []
        for case .setting(let name, let expression) in parser.statements {
            do throws(Diagnostic) {
                try settings.declare(name, expression)
            } catch {
                throw Diagnostics([error], source: source, file: file)
            }
            result.append(Setting(name: name.text, defaultValue: settings.values[name.text] ?? 0))
        }
        return result
    }

    init(overrides: [String: Int]) { self.overrides = overrides }

    func contains(_ name: String) -> Bool { values[name] != nil }
    var names: some Sequence<String> { values.keys.sorted() }

    mutating func declare(_ name: SourceName, _ expression: ExpressionSyntax) throws(Diagnostic) {
        guard values[name.text] == nil else {
            throw Diagnostic(
                "the setting '\(name.text)' is declared twice", at: name.location, remedy: "leave one of them out")
        }
        // A default that is wrong is reported even where it is overridden; and the name is known from here on.
        let override = overrides[name.text].flatMap { Self.isWithinBounds($0) ? $0 : nil }
        values[name.text] = override ?? 1
        let value = try integer(expression)
        values[name.text] = override ?? value
    }

    /// Refuses overrides of what is not a setting, or out of bounds.
    func checkOverrides() throws(Diagnostic) {
        for (name, value) in overrides.sorted(by: { $0.key < $1.key }) {
            guard values[name] != nil || symbols.contains(name) else {
                let names = values.keys.sorted() + symbols.sorted()
                let near = nearName(to: name, among: names)
                let known = names.isEmpty ? "the spec has none" : "the spec has \(enumeration(names))"
                throw Diagnostic(
                    "there is no setting '\(printable(name))'", at: nil,
                    remedy: (near.map { "did you mean '\($0)'? " } ?? "") + known)
            }
            guard Self.isWithinBounds(value) else {
                throw Diagnostic(
                    "the setting \(name) = \(value) is too large", at: nil,
                    remedy: "keep whole numbers to \(LanguageLimit.integer)")
            }
        }
    }

    private static func isWithinBounds(_ value: Int) -> Bool {
        (-LanguageLimit.integer...LanguageLimit.integer).contains(value)
    }

    // MARK: Dimensions

    /// Takes note of the symbols that an input's type brings in.
    mutating func declareSymbols(_ expression: ExpressionSyntax) {
        switch expression {
        case .name(let name) where values[name.text] == nil: symbols.insert(name.text)
        case .quoted(let name): symbols.insert(name.text)
        case .negation(let inner, _): declareSymbols(inner)
        case .operation(_, let left, let right, _):
            declareSymbols(left)
            declareSymbols(right)
        default: break
        }
    }

    /// The dimension that an expression over numbers, settings and symbols stands for. A symbol that is set is its number.
    func dimension(_ expression: ExpressionSyntax) throws(Diagnostic) -> Dimension {
        switch expression {
        case .name(let name) where values[name.text] == nil && symbols.contains(name.text):
            return symbol(name.text)
        case .quoted(let name) where symbols.contains(name.text):
            return symbol(name.text)
        case .negation(let inner, _):
            return try within(0 - (try dimension(inner)), expression.location)
        case .operation(let sign, let left, let right, let location):
            let (first, second) = (try dimension(left), try dimension(right))
            switch sign {
            case "+": return try within(first + second, location)
            case "-": return try within(first - second, location)
            case "*": return try within(first * second, location)
            default:
                if let first = first.number, let second = second.number {
                    return .fixed(try Self.combine(sign, first, second, at: location))
                }
                guard let divisor = second.number, divisor > 0 else {
                    throw Diagnostic(
                        "a division by \(second)", at: location, remedy: "divide by a number above 0")
                }
                return try within(first / divisor, location)
            }
        default: return .fixed(try integer(expression))
        }
    }

    private func symbol(_ name: String) -> Dimension { overrides[name].map { .fixed($0) } ?? .symbol(name) }

    private func within(_ dimension: Dimension, _ location: SourceLocation) throws(Diagnostic) -> Dimension {
        guard dimension.number.map(Self.isWithinBounds) ?? dimension.polynomial.isWithin(LanguageLimit.integer) else {
            throw Diagnostic(
                "the result is too large", at: location, remedy: "keep whole numbers to \(LanguageLimit.integer)")
        }
        return dimension
    }

    // MARK: Arithmetic

    /// The whole number that an expression stands for.
    func integer(_ expression: ExpressionSyntax) throws(Diagnostic) -> Int {
        let value: Int
        switch expression {
        case .integer(let number, let location):
            guard number <= LanguageLimit.integer else {
                throw Diagnostic(
                    "the number \(number) is too large", at: location,
                    remedy: "keep whole numbers to \(LanguageLimit.integer)")
            }
            value = Int(number)
        case .quoted(let text):
            throw Diagnostic(
                "expected a whole number, not \(quotation(text.text))", at: text.location,
                remedy: "leave the quotes out")
        case .real(let number, let location):
            throw Diagnostic(
                "expected a whole number, not \(number)", at: location, remedy: "leave the fraction out")
        case .name(let name):
            guard let number = values[name.text] else { throw unknown(name) }
            value = number
        case .negation(let inner, _):
            value = -(try integer(inner))
        case .operation(let sign, let left, let right, let location):
            value = try Self.combine(sign, try integer(left), try integer(right), at: location)
        }
        guard Self.isWithinBounds(value) else {
            throw Diagnostic(
                "the result is too large", at: expression.location,
                remedy: "keep whole numbers to \(LanguageLimit.integer)")
        }
        return value
    }

    /// Both operands are within ``LanguageLimit/integer``, so that nothing overflows.
    private static func combine(
        _ sign: Character, _ left: Int, _ right: Int, at location: SourceLocation
    ) throws(Diagnostic) -> Int {
        switch sign {
        case "+": return left + right
        case "-": return left - right
        case "*": return left * right
        default:
            guard right != 0 else {
                throw Diagnostic("division by zero", at: location, remedy: "divide by another number")
            }
            return left / right
        }
    }

    /// The number that an expression stands for: whole, or a single real number, or `inf` or `nan`.
    func number(_ expression: ExpressionSyntax) throws(Diagnostic) -> Double {
        switch expression {
        case .real(let number, _): return number
        case .name(let name) where values[name.text] == nil && name.text == "inf": return .infinity
        case .name(let name) where values[name.text] == nil && name.text == "nan": return .nan
        case .negation(let inner, _): return -(try number(inner))
        default: return Double(try integer(expression))
        }
    }

    /// Whether an expression is `inf` or `-inf`, and that is no setting.
    func isInfinite(_ expression: ExpressionSyntax) -> Bool {
        switch expression {
        case .name(let name): name.text == "inf" && values[name.text] == nil
        case .negation(let inner, _): isInfinite(inner)
        default: false
        }
    }

    /// An element of a constant that is no floating-point number: a whole number of 64 bits, or `true` or `false`.
    func element(_ expression: ExpressionSyntax) throws(Diagnostic) -> Int {
        switch expression {
        case .integer(let number, _) where number <= UInt(Int.max): return Int(number)
        case .negation(.integer(let number, _), _) where number <= UInt(Int.max) + 1:
            return 0 &- Int(bitPattern: number)
        case .name(let name) where values[name.text] == nil && (name.text == "true" || name.text == "false"):
            return name.text == "true" ? 1 : 0
        default: return try integer(expression)
        }
    }

    private func unknown(_ name: SourceName) -> Diagnostic {
        let near = nearName(to: name.text, among: values.keys.sorted())
        return Diagnostic(
            "there is no setting '\(name.text)'", at: name.location,
            remedy: near.map { "did you mean '\($0)'?" } ?? "declare it on a line above: setting \(name.text) = 28")
    }
}
