/// Makes statements of tokens. What a line has wrong is reported and the line skipped.
struct Parser {
    private let tokens: [Token]
    private var position = 0
    /// The brackets that are open at the position.
    private var open: [Token] = []
    /// The form of the statement that is being read, for the remedy of its errors.
    private var form = ""
    private var namesOfLine: [String] = []

    private(set) var statements: [StatementSyntax] = []
    private(set) var diagnostics: [Diagnostic]
    /// The values that lines with errors would have made: using them is no further error.
    private(set) var brokenNames: Set<String> = []
    /// Whether a setting is among the lines with errors: then no number of the text is sure.
    private(set) var isSettingBroken = false

    init(_ source: String) {
        var lexer = Lexer(source)
        tokens = lexer.tokens()
        diagnostics = lexer.diagnostics
        while current.kind != .end, diagnostics.count < LanguageLimit.diagnostics {
            if current.kind == .lineEnd {
                position += 1
            } else {
                readLine()
            }
        }
    }

    /// The constants whose elements are stored beside the text, in its order.
    var storedConstants: [(name: String, type: ElementType)] {
        statements.compactMap { statement in
            guard case .constant(let name, let type, nil, _) = statement,
                let elementType = ElementType(rawValue: type.elementType.text)
            else { return nil }
            return (name.text, elementType)
        }
    }

    private mutating func readLine() {
        namesOfLine = []
        open = []
        do throws(Diagnostic) {
            let statement = try statement()
            guard current.kind == .lineEnd || current.kind == .end else {
                throw unexpected("the end of the line")
            }
            statements.append(statement)
        } catch {
            diagnostics.append(error)
            brokenNames.formUnion(namesOfLine)
            if form == Keyword.setting.form { isSettingBroken = true }
            while current.kind != .lineEnd, current.kind != .end { position += 1 }
        }
    }

    // MARK: Tokens

    var current: Token { tokens[position] }
    var following: Token { tokens[min(position + 1, tokens.count - 1)] }

    mutating func advance() -> Token {
        let token = current
        if token.kind != .end { position += 1 }
        if case .symbol(let character) = token.kind {
            if character == "(" || character == "[" { open.append(token) }
            if character == ")" || character == "]" { _ = open.popLast() }
        }
        return token
    }

    mutating func take(_ symbol: Character) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        _ = advance()
        return true
    }

    mutating func expect(_ symbol: Character) throws(Diagnostic) {
        guard take(symbol) else { throw unexpected("'\(symbol)'") }
    }

    mutating func name(_ what: String) throws(Diagnostic) -> SourceName {
        switch current.kind {
        case .name(let text), .quoted(let text): return SourceName(text: text, location: advance().location)
        default: throw unexpected(what)
        }
    }

    func isName(_ token: Token) -> Bool {
        switch token.kind {
        case .name, .quoted: true
        default: false
        }
    }

    func unexpected(_ expected: String) -> Diagnostic {
        var notes: [String] = []
        if let bracket = open.last, bracket.location.line != current.location.line {
            notes.append("the \(bracket.kind) of line \(bracket.location.line) is not closed before")
        }
        return Diagnostic(
            "expected \(expected), not \(current.kind)", at: current.location, notes: notes,
            remedy: "the form is: \(form)")
    }

    /// From `start` to the last token taken, as far as they are on one line.
    func location(from start: SourceLocation) -> SourceLocation {
        let last = tokens[max(0, position - 1)].location
        guard last.line == start.line, last.column >= start.column else { return start }
        return SourceLocation(
            line: start.line, column: start.column, length: last.column + last.length - start.column)
    }

    // MARK: Statements

    private mutating func statement() throws(Diagnostic) -> StatementSyntax {
        form = "y = relu(x)"
        if case .quoted = current.kind { return try definition(isOutput: false) }
        guard case .name(let word) = current.kind else {
            throw unexpected("a name or one of \(enumeration(Keyword.allCases.map(\.rawValue), "or"))")
        }
        switch following.kind {
        case .symbol("="), .symbol(":"), .symbol(","): return try definition(isOutput: false)
        default: break
        }
        guard let keyword = Keyword(rawValue: word) else {
            let near = nearName(to: word, among: Keyword.allCases.map(\.rawValue))
            if case .name(let next) = following.kind {
                namesOfLine = [next]
                throw Diagnostic(
                    "no line starts with '\(word)'", at: current.location,
                    remedy: near.map { "did you mean '\($0)'?" }
                        ?? "start with \(enumeration(Keyword.allCases.map(\.rawValue), "or")), or define a value: \(form)"
                )
            }
            namesOfLine = [word]
            _ = advance()
            throw unexpected("'=', ':' or ','")
        }
        form = keyword.form
        _ = advance()
        return try statement(keyword)
    }

    private mutating func statement(_ keyword: Keyword) throws(Diagnostic) -> StatementSyntax {
        switch keyword {
        case .model:
            return .model(try name("a name"))
        case .setting:
            let name = try name("a name")
            try expect("=")
            return .setting(name, try expression())
        case .input:
            let name = try definedName()
            try expect(":")
            return .input(name, try type())
        case .parameter: return try parameter(.trained, isFixed: false)
        case .statistic: return try parameter(.statistic, isFixed: false)
        case .fixed:
            guard case .name(let word) = current.kind, let role = Keyword(rawValue: word)?.role else {
                throw unexpected("'parameter' or 'statistic'")
            }
            _ = advance()
            return try parameter(role, isFixed: true)
        case .constant:
            let name = try definedName()
            try expect(":")
            let type = try type()
            try expect("=")
            let start = current.location
            if case .name("stored") = current.kind {
                _ = advance()
                return .constant(name, type, nil, start)
            }
            try expect("[")
            let elements = try list(until: "]")
            return .constant(name, type, elements, location(from: start))
        case .output:
            return try output()
        case .gradient, .update:
            let target = try name("a name")
            try expect("=")
            let value = try name("a name")
            return keyword == .gradient
                ? .gradient(target: target, value: value) : .update(target: target, value: value)
        }
    }

    private mutating func parameter(_ role: Parameter.Role, isFixed: Bool) throws(Diagnostic) -> StatementSyntax {
        let name = try definedName()
        try expect(":")
        let type = try type()
        try expect("=")
        return .parameter(name, type, role, isFixed: isFixed, try initializer())
    }

    private mutating func output() throws(Diagnostic) -> StatementSyntax {
        let start = position
        var names = [try name("a name")]
        while take(",") { names.append(try name("a name")) }
        guard current.kind == .symbol("=") || current.kind == .symbol(":") else { return .output(names) }
        position = start
        return try definition(isOutput: true)
    }

    private mutating func definition(isOutput: Bool) throws(Diagnostic) -> StatementSyntax {
        var results: [(name: SourceName, type: TypeSyntax?)] = []
        repeat {
            let name = try definedName()
            results.append((name, take(":") ? try type() : nil))
        } while take(",")
        try expect("=")
        guard case .name = current.kind, following.kind == .symbol("(") else {
            throw unexpected("a call of an operator")
        }
        return .definition(results, try call(depth: 0), isOutput: isOutput)
    }

    private mutating func definedName() throws(Diagnostic) -> SourceName {
        let name = try name("a name")
        namesOfLine.append(name.text)
        return name
    }
}

/// The words that a line can start with. They are names everywhere else.
enum Keyword: String, CaseIterable {
    case model, setting, input, parameter, statistic, fixed, constant, output, gradient, update

    /// What a line that declares a parameter says of it.
    var role: Parameter.Role? {
        switch self {
        case .parameter: .trained
        case .statistic: .statistic
        default: nil
        }
    }

    /// An example of the statement.
    var form: String {
        switch self {
        case .model: "model mnist_cnn"
        case .setting: "setting image_size = 28"
        case .input: "input image: f32[N, 1, 28, 28]"
        case .parameter: "parameter w: f32[10, 84] = glorot_uniform(fan_in: 84, fan_out: 10)"
        case .statistic: "statistic mean: f32[16] = constant(0)"
        case .fixed: "fixed parameter w: f32[10, 84] = constant(0)"
        case .constant: "constant c: f32[3] = [1, 2.5, -3]"
        case .output: "output probabilities = softmax(logits)"
        case .gradient: "gradient w = w.gradient"
        case .update: "update mean = mean.next"
        }
    }
}
