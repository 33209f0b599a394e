/// Types, attributes and initializers.
extension Elaborator {
    /// The type that an input declares; names that are no settings become symbols.
    mutating func resolveInput(_ syntax: TypeSyntax) throws(Diagnostic) -> TensorType {
        for dimension in syntax.dimensions {
            // A word that is nearly a setting's name is a slip; letters are symbols.
            if case .name(let name) = dimension, name.text.count > 3, !settings.contains(name.text),
                let near = nearName(to: name.text, among: settings.names)
            {
                throw notANumber(name, remedy: "did you mean '\(near)'?")
            }
            settings.declareSymbols(dimension)
        }
        return try resolve(syntax)
    }

    /// The type that is written for another value: its symbols are those of the inputs above.
    func resolve(_ syntax: TypeSyntax) throws(Diagnostic) -> TensorType {
        guard let elementType = ElementType(rawValue: syntax.elementType.text) else {
            throw Diagnostic(
                "there is no element type '\(syntax.elementType.text)'", at: syntax.elementType.location,
                remedy: "the element types are \(enumeration(ElementType.allCases.map(\.rawValue)))")
        }
        guard syntax.dimensions.count <= LanguageLimit.rank else {
            throw Diagnostic(
                "a type of \(syntax.dimensions.count) dimensions", at: syntax.location,
                remedy: "use at most \(LanguageLimit.rank)")
        }
        var dimensions: [Dimension] = []
        for expression in syntax.dimensions { dimensions.append(try dimension(expression)) }
        let type = TensorType(elementType, dimensions)
        guard type.isWithinBounds else {
            throw Diagnostic(
                "a value of the type \(type) is too large", at: syntax.location,
                remedy: "keep values to \(LanguageLimit.elements) elements")
        }
        return type
    }

    private func notANumber(_ name: SourceName, remedy: String) -> Diagnostic {
        let known = settings.symbols.sorted()
        return Diagnostic(
            "'\(name.text)' is neither a number nor a setting", at: name.location,
            notes: [
                known.isEmpty
                    ? "symbols come from the types of inputs, and there is none yet"
                    : "the inputs above have the symbol\(known.count == 1 ? "" : "s") \(enumeration(known))"
            ],
            remedy: remedy)
    }

    private func dimension(_ expression: ExpressionSyntax) throws(Diagnostic) -> Dimension {
        if case .name(let name) = expression, !settings.contains(name.text), !settings.symbols.contains(name.text) {
            let near = nearName(to: name.text, among: settings.names + settings.symbols.sorted())
            throw notANumber(
                name,
                remedy: near.map { "did you mean '\($0)'?" }
                    ?? "write a number, or declare one above: setting \(name.text) = 28")
        }
        let dimension = try settings.dimension(expression)
        if let number = dimension.number, !(1...LanguageLimit.dimension).contains(number) {
            throw Diagnostic(
                "a dimension of \(number)", at: expression.location,
                remedy: "dimensions are from 1 to \(LanguageLimit.dimension)")
        }
        return dimension
    }

    /// Compares a type that was written with the one that the operator derives.
    func check(
        _ written: TypeSyntax, of name: SourceName, against value: Value, call: CallSyntax, results: [ValueID]
    ) throws(Diagnostic) {
        let type = try resolve(written)
        guard type != value.type else { return }
        let wrong = zip(type.dimensions, value.type.dimensions).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
        var location = written.location
        var remedy = "\(value.type)"
        if type.elementType != value.type.elementType {
            location = written.elementType.location
        } else if type.rank == value.type.rank, let first = wrong.first {
            location = written.dimensions[first].location
            if wrong.count == 1 { remedy = "\(value.type.dimensions[first])" }
        }
        throw Diagnostic(
            "\(name.text) is \(value.type), not \(type)", at: location,
            notes: explanation(of: value, dimensions: wrong, call: call, results: results),
            remedy: "write \(remedy), or leave the type out: it is derived")
    }

    /// Where the numbers of a result come from: `288 = 32 × 3 × 3, from pool3: f32[N, 32, 3, 3]`.
    private func explanation(of value: Value, dimensions: [Int], call: CallSyntax, results: [ValueID]) -> [String] {
        guard let node = editor.graph.nodes.last, node.results == results else { return [] }
        let operands = node.operands.map { editor.graph[$0] }
        guard let source = operands.first.map({ "\($0.name): \($0.type)" }) else { return [] }
        let attributes = node.operation.attributes.map(\.name)
        let derived = dimensions.filter(value.derivations.indices.contains).compactMap { index in
            value.derivations[index].map { derivation in
                let number = "\(value.type.dimensions[index])"
                return attributes.contains(derivation)
                    ? "\(number) is '\(derivation)' of \(node.operation.name)"
                    : "\(number) = \(derivation), from \(source)"
            }
        }
        return derived.isEmpty ? ["\(call.operatorName.text) makes it from \(source)"] : derived
    }

    // MARK: Operators

    func resolveOperator(_ syntax: CallSyntax) throws(Diagnostic) -> any Operator {
        let name = syntax.operatorName
        guard let type = OperatorCatalogue.named(name.text) else {
            let near = nearName(to: name.text, among: OperatorCatalogue.all.map { $0.name })
            throw Diagnostic(
                "there is no operator '\(name.text)'", at: name.location,
                remedy: near.map { "did you mean '\($0)'?" } ?? "docs/LANGUAGE.md lists the operators")
        }
        var attributes: [Attribute] = []
        for attribute in syntax.attributes {
            guard !attributes.contains(where: { $0.name == attribute.name.text }) else {
                throw Diagnostic(
                    "'\(attribute.name.text)' is given twice", at: attribute.name.location,
                    remedy: "leave one of them out")
            }
            attributes.append(Attribute(attribute.name.text, try resolve(attribute.value)))
        }
        do throws(AttributeError) {
            return try makeOperator(type, attributes)
        } catch {
            throw explain(error, of: type, syntax)
        }
    }

    private func explain(
        _ error: AttributeError, of type: any Operator.Type, _ syntax: CallSyntax
    ) -> Diagnostic {
        // A misspelt attribute is the cause of a missing one, so it is named first.
        let known = type.documentation.attributes.map(\.name)
        if let unknown = syntax.attributes.first(where: { !known.contains($0.name.text) }), !known.contains("...") {
            let near = nearName(to: unknown.name.text, among: known)
            let list = known.isEmpty ? "it takes none" : "it takes \(enumeration(known))"
            return Diagnostic(
                "\(type.name) has no attribute '\(unknown.name.text)'", at: unknown.name.location,
                remedy: near.map { "did you mean '\($0)'?" } ?? list)
        }
        let given = syntax.attributes.first { $0.name.text == error.attribute }
        return Diagnostic(
            error.message, at: given?.location ?? syntax.operatorName.location, remedy: error.remedy)
    }

    private func resolve(_ value: AttributeSyntax.Value) throws(Diagnostic) -> AttributeValue {
        switch value {
        case .list(let elements):
            if elements.contains(where: \.isReal) {
                var numbers: [Double] = []
                for element in elements { numbers.append(try settings.number(element)) }
                return .numbers(numbers)
            }
            // Numbers and dimensions with symbols in them: `[N, 2*T + 1]`.
            var dimensions: [Dimension] = []
            for element in elements { dimensions.append(try settings.dimension(element)) }
            return .dimensionList(dimensions)
        case .single(let expression) where settings.isInfinite(expression):
            return .number(try settings.number(expression))
        case .single(.quoted(let text)): return .string(text.text)
        case .single(.name(let name)) where !settings.contains(name.text):
            switch name.text {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: return .word(name.text)
            }
        case .single(.real(let number, _)): return .number(number)
        case .single(.negation(.real(let number, _), _)): return .number(-number)
        case .single(let expression): return .integer(try settings.integer(expression))
        }
    }

    // MARK: Initializers

    func resolve(_ syntax: InitializerSyntax) throws(Diagnostic) -> Initializer {
        switch syntax.name.text {
        case "constant":
            guard syntax.arguments.count == 1, syntax.arguments[0].name == nil else {
                throw Diagnostic(
                    "the initializer constant takes one number", at: syntax.location, remedy: "write constant(0)")
            }
            return .constant(try settings.number(syntax.arguments[0].value))
        case "glorot_uniform":
            let fans = try fans(syntax, ["fan_in", "fan_out"])
            return .glorotUniform(fanIn: fans[0], fanOut: fans[1])
        case "he_normal":
            return .heNormal(fanIn: try fans(syntax, ["fan_in"])[0])
        case "uniform":
            return .uniform(try positive(syntax, "the bound"))
        case "normal":
            return .normal(try positive(syntax, "the standard deviation"))
        default:
            let known = ["constant", "glorot_uniform", "he_normal", "uniform", "normal"]
            throw Diagnostic(
                "there is no initializer '\(syntax.name.text)'", at: syntax.name.location,
                remedy: nearName(to: syntax.name.text, among: known).map { "did you mean '\($0)'?" }
                    ?? "the initializers are \(enumeration(known))")
        }
    }

    /// The one number of an initializer, above zero.
    private func positive(_ syntax: InitializerSyntax, _ meaning: String) throws(Diagnostic) -> Double {
        let name = syntax.name.text
        guard syntax.arguments.count == 1, syntax.arguments[0].name == nil else {
            throw Diagnostic(
                "the initializer \(name) takes one number", at: syntax.location, remedy: "write \(name)(0.02)")
        }
        let number = try settings.number(syntax.arguments[0].value)
        guard number > 0, number.isFinite else {
            throw Diagnostic(
                "\(meaning) of \(number)", at: syntax.arguments[0].value.location, remedy: "give a number above 0")
        }
        return number
    }

    private func fans(_ syntax: InitializerSyntax, _ names: [String]) throws(Diagnostic) -> [Int] {
        guard syntax.arguments.compactMap(\.name?.text) == names, syntax.arguments.count == names.count else {
            throw Diagnostic(
                "the initializer \(syntax.name.text) takes \(enumeration(names))", at: syntax.location,
                remedy: "write \(syntax.name.text)(\(names.map { "\($0): 9" }.joined(separator: ", ")))")
        }
        var fans: [Int] = []
        for argument in syntax.arguments {
            let fan = try settings.integer(argument.value)
            guard fan >= 1 else {
                throw Diagnostic(
                    "a fan of \(fan)", at: argument.value.location,
                    remedy: "give the connections of one unit, 1 or more")
            }
            fans.append(fan)
        }
        return fans
    }
}

/// An operator with its attributes read and nothing left over.
package func makeOperator(_ type: any Operator.Type, _ attributes: [Attribute]) throws(AttributeError) -> any Operator {
    func open<Opened: Operator>(_ type: Opened.Type) throws(AttributeError) -> any Operator {
        var reader = AttributeReader(operatorName: Opened.name, attributes)
        let operation = try Opened(attributes: &reader)
        try reader.finish()
        return operation
    }
    return try open(type)
}

extension TensorType {
    /// Whether every dimension and the number of elements are within the language's limits.
    var isWithinBounds: Bool {
        var elements = 1
        for number in dimensions.compactMap(\.number) {
            // Both factors are below 2^32, so that the product can't overflow.
            guard (1...LanguageLimit.dimension).contains(number) else { return false }
            elements *= number
            guard elements <= LanguageLimit.elements else { return false }
        }
        return rank <= LanguageLimit.rank
    }
}
