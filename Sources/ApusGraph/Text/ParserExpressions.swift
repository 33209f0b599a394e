/// What stands inside a statement: types, calls, initializers, arithmetic.
extension Parser {
    mutating func type() throws(Diagnostic) -> TypeSyntax {
        let elementType = try name("a type")
        try expect("[")
        let dimensions = try list(until: "]")
        return TypeSyntax(
            elementType: elementType, dimensions: dimensions, location: location(from: elementType.location))
    }

    /// Expressions divided by commas, with the bracket that closes them.
    mutating func list(until close: Character) throws(Diagnostic) -> [ExpressionSyntax] {
        var elements: [ExpressionSyntax] = []
        if take(close) { return [] }
        repeat { elements.append(try expression()) } while take(",")
        guard take(close) else { throw unexpected("',' or '\(close)'") }
        return elements
    }

    mutating func call(depth: Int) throws(Diagnostic) -> CallSyntax {
        let operatorName = try name("an operator")
        guard depth < LanguageLimit.nesting else { throw tooDeep(operatorName.location) }
        try expect("(")
        var operands: [CallSyntax.Operand] = []
        var attributes: [AttributeSyntax] = []
        if !take(")") {
            repeat {
                if case .name = current.kind, following.kind == .symbol(":") {
                    attributes.append(try attribute())
                } else if attributes.isEmpty {
                    operands.append(try operand(depth: depth))
                } else {
                    throw unexpected("another attribute")
                }
            } while take(",")
            guard take(")") else { throw unexpected("',' or ')'") }
        }
        return CallSyntax(
            operatorName: operatorName, operands: operands, attributes: attributes,
            location: location(from: operatorName.location))
    }

    private mutating func operand(depth: Int) throws(Diagnostic) -> CallSyntax.Operand {
        guard isName(current) else {
            var diagnostic = unexpected("a value or the name of an attribute")
            switch current.kind {
            case .integer, .real, .symbol("["):
                diagnostic.remedy = "say which attribute it is: kernel: [3, 3]"
            default: break
            }
            throw diagnostic
        }
        if following.kind == .symbol("(") { return .call(try call(depth: depth + 1)) }
        return .value(try name("a value"))
    }

    private mutating func attribute() throws(Diagnostic) -> AttributeSyntax {
        let name = try name("an attribute")
        try expect(":")
        let start = current.location
        let value: AttributeSyntax.Value = take("[") ? .list(try list(until: "]")) : .single(try expression())
        return AttributeSyntax(name: name, value: value, location: location(from: start))
    }

    mutating func initializer() throws(Diagnostic) -> InitializerSyntax {
        let initializerName = try name("an initializer")
        try expect("(")
        var arguments: [(name: SourceName?, value: ExpressionSyntax)] = []
        if !take(")") {
            repeat {
                var label: SourceName?
                if case .name = current.kind, following.kind == .symbol(":") {
                    label = try name("a name")
                    try expect(":")
                }
                arguments.append((label, try expression()))
            } while take(",")
            guard take(")") else { throw unexpected("',' or ')'") }
        }
        return InitializerSyntax(
            name: initializerName, arguments: arguments, location: location(from: initializerName.location))
    }

    // MARK: Arithmetic

    mutating func expression() throws(Diagnostic) -> ExpressionSyntax {
        var operations = 0
        return try sum(depth: 0, &operations)
    }

    private mutating func sum(depth: Int, _ operations: inout Int) throws(Diagnostic) -> ExpressionSyntax {
        var left = try product(depth: depth, &operations)
        while current.kind == .symbol("+") || current.kind == .symbol("-") {
            let sign: Character = advance().kind == .symbol("+") ? "+" : "-"
            let right = try product(depth: depth, &operations)
            left = try combine(sign, left, right, &operations)
        }
        return left
    }

    private mutating func product(depth: Int, _ operations: inout Int) throws(Diagnostic) -> ExpressionSyntax {
        var left = try factor(depth: depth, &operations)
        while current.kind == .symbol("*") || current.kind == .symbol("/") {
            let sign: Character = advance().kind == .symbol("*") ? "*" : "/"
            let right = try factor(depth: depth, &operations)
            left = try combine(sign, left, right, &operations)
        }
        return left
    }

    /// Counts the operations, because a long chain of them is as deep a tree as many parentheses.
    private func combine(
        _ sign: Character, _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ operations: inout Int
    ) throws(Diagnostic) -> ExpressionSyntax {
        operations += 1
        guard operations <= LanguageLimit.arithmeticOperations else {
            throw Diagnostic(
                "the expression has more than \(LanguageLimit.arithmeticOperations) operations", at: left.location,
                remedy: "divide it over several settings")
        }
        return .operation(sign, left, right, location(from: left.location))
    }

    private mutating func factor(depth: Int, _ operations: inout Int) throws(Diagnostic) -> ExpressionSyntax {
        let start = current.location
        guard depth < LanguageLimit.nesting else { throw tooDeep(start) }
        switch current.kind {
        case .integer(let value):
            return .integer(value, advance().location)
        case .real(let value):
            return .real(value, advance().location)
        case .name(let text):
            return .name(SourceName(text: text, location: advance().location))
        case .quoted(let text):
            return .quoted(SourceName(text: text, location: advance().location))
        case .symbol("-"):
            _ = advance()
            return .negation(try factor(depth: depth + 1, &operations), location(from: start))
        case .symbol("("):
            _ = advance()
            let inner = try sum(depth: depth + 1, &operations)
            try expect(")")
            return inner
        default:
            throw unexpected("a number or a name")
        }
    }

    private func tooDeep(_ location: SourceLocation) -> Diagnostic {
        Diagnostic(
            "more than \(LanguageLimit.nesting) levels are nested here", at: location,
            remedy: "give the inner parts names on lines of their own")
    }
}
