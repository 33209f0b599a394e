/// A name and where it stands.
struct SourceName: Sendable {
    var text: String
    var location: SourceLocation
}

/// Integer arithmetic over numbers, settings and symbols; or a single real number; or a single word; or a text in quotes.
indirect enum ExpressionSyntax: Sendable {
    case integer(UInt, SourceLocation)
    case real(Double, SourceLocation)
    case name(SourceName)
    case quoted(SourceName)
    case negation(ExpressionSyntax, SourceLocation)
    case operation(Character, ExpressionSyntax, ExpressionSyntax, SourceLocation)

    var location: SourceLocation {
        switch self {
        case .integer(_, let location), .real(_, let location), .negation(_, let location),
            .operation(_, _, _, let location):
            location
        case .name(let name), .quoted(let name): name.location
        }
    }
}

extension ExpressionSyntax {
    /// Whether it is a number with a fraction or an exponent, or infinite or not a number.
    var isReal: Bool {
        switch self {
        case .real: true
        case .name(let name): name.text == "inf" || name.text == "nan"
        case .negation(let inner, _): inner.isReal
        default: false
        }
    }
}

/// `f32[N, 1, 28, 28]`.
struct TypeSyntax: Sendable {
    var elementType: SourceName
    var dimensions: [ExpressionSyntax]
    var location: SourceLocation
}

/// `kernel: [3, 3]`.
struct AttributeSyntax: Sendable {
    enum Value: Sendable {
        case single(ExpressionSyntax)
        case list([ExpressionSyntax])
    }

    var name: SourceName
    var value: Value
    /// Of the value.
    var location: SourceLocation
}

/// `conv2d(image, filters: 16)`.
struct CallSyntax: Sendable {
    indirect enum Operand: Sendable {
        case value(SourceName)
        case call(CallSyntax)

        var location: SourceLocation {
            switch self {
            case .value(let name): name.location
            case .call(let call): call.location
            }
        }
    }

    var operatorName: SourceName
    var operands: [Operand]
    var attributes: [AttributeSyntax]
    var location: SourceLocation
}

/// `glorot_uniform(fan_in: 9, fan_out: 144)`.
struct InitializerSyntax: Sendable {
    var name: SourceName
    var arguments: [(name: SourceName?, value: ExpressionSyntax)]
    var location: SourceLocation
}

/// One line of the language.
enum StatementSyntax: Sendable {
    case model(SourceName)
    case setting(SourceName, ExpressionSyntax)
    case input(SourceName, TypeSyntax)
    case parameter(SourceName, TypeSyntax, Parameter.Role, isFixed: Bool, InitializerSyntax)
    /// The elements are nil where they are stored beside the text, in a model file.
    case constant(SourceName, TypeSyntax, [ExpressionSyntax]?, SourceLocation)
    case definition([(name: SourceName, type: TypeSyntax?)], CallSyntax, isOutput: Bool)
    case output([SourceName])
    case gradient(target: SourceName, value: SourceName)
    case update(target: SourceName, value: SourceName)

    /// The values that the statement makes.
    var definedNames: [SourceName] {
        switch self {
        case .input(let name, _), .parameter(let name, _, _, _, _), .constant(let name, _, _, _): [name]
        case .definition(let results, _, _): results.map(\.name)
        case .model, .setting, .output, .gradient, .update: []
        }
    }
}
