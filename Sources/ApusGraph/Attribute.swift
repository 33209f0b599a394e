/// The value of an operator's attribute.
public enum AttributeValue: Sendable, Hashable, CustomStringConvertible {
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case word(String)
    case integers([Int])
    /// A list of dimensions of which at least one has a symbol in it; ``dimensionList(_:)`` makes it.
    case dimensions([Dimension])
    /// At least one of the numbers is written with a fraction or an exponent.
    case numbers([Double])
    /// Any text, in quotes.
    case string(String)

    /// The list of dimensions: ``integers(_:)`` where all of them are numbers.
    public static func dimensionList(_ dimensions: [Dimension]) -> AttributeValue {
        let numbers = dimensions.compactMap(\.number)
        return numbers.count == dimensions.count ? .integers(numbers) : .dimensions(dimensions)
    }

    /// The value with the given symbols replaced.
    public func replacing(_ symbols: [String: Dimension]) -> AttributeValue {
        guard case .dimensions(let dimensions) = self else { return self }
        return .dimensionList(dimensions.map { $0.replacing(symbols) })
    }

    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .word(let value): value
        case .integers(let values): "[\(values.map(String.init).joined(separator: ", "))]"
        case .dimensions(let values): "[\(values.map(\.description).joined(separator: ", "))]"
        case .numbers(let values): "[\(values.map(\.description).joined(separator: ", "))]"
        case .string(let value): quotation(value)
        }
    }
}

/// A named attribute, `padding: 1`.
public struct Attribute: Sendable, Hashable, CustomStringConvertible {
    public var name: String
    public var value: AttributeValue

    public init(_ name: String, _ value: AttributeValue) {
        self.name = name
        self.value = value
    }

    public var description: String { "\(name): \(value)" }
}

/// An attribute that is missing, unknown, or of the wrong kind.
public struct AttributeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The attribute at fault, so that a diagnostic can point at it.
    public var attribute: String
    public var message: String
    public var remedy: String

    public init(attribute: String, message: String, remedy: String) {
        self.attribute = attribute
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message); \(remedy)" }
}

/// Hands an operator its attributes, one by one, with their kinds checked; what is left over is unknown.
///
/// An operator's initializer asks for each attribute that it knows, and the caller then calls ``finish()``.
public struct AttributeReader: Sendable {
    private let operatorName: String
    private let given: [Attribute]
    private var asked: [String] = []

    public init(operatorName: String, _ attributes: [Attribute]) {
        self.operatorName = operatorName
        given = attributes
    }

    private mutating func take(_ name: String) -> AttributeValue? {
        asked.append(name)
        return given.first { $0.name == name }?.value
    }

    private func wrongKind(_ name: String, _ value: AttributeValue, _ expected: String) -> AttributeError {
        AttributeError(
            attribute: name, message: "'\(name)' of \(operatorName) is \(expected), not \(value)",
            remedy: "write \(expected) for '\(name)'")
    }

    private func missing(_ name: String, _ expected: String) -> AttributeError {
        AttributeError(
            attribute: name, message: "\(operatorName) needs '\(name)'", remedy: "add '\(name):' with \(expected)")
    }

    /// A whole number within `range`, or `fallback` where it is left out; without a fallback it must be there.
    public mutating func integer(
        _ name: String, in range: ClosedRange<Int>, default fallback: Int? = nil
    ) throws(AttributeError) -> Int {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = take(name) else {
            guard let fallback else { throw missing(name, expected) }
            return fallback
        }
        guard case .integer(let number) = value, range.contains(number) else {
            throw wrongKind(name, value, expected)
        }
        return number
    }

    /// A number within `range`, or `fallback` where it is left out.
    public mutating func number(
        _ name: String, in range: ClosedRange<Double>, default fallback: Double? = nil
    ) throws(AttributeError) -> Double {
        let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = take(name) else {
            guard let fallback else { throw missing(name, expected) }
            return fallback
        }
        let number: Double
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let fraction): number = fraction
        default: throw wrongKind(name, value, expected)
        }
        guard range.contains(number) else { throw wrongKind(name, value, expected) }
        return number
    }

    /// `true` or `false`, or `fallback` where it is left out.
    public mutating func boolean(_ name: String, default fallback: Bool) throws(AttributeError) -> Bool {
        guard let value = take(name) else { return fallback }
        guard case .boolean(let flag) = value else { throw wrongKind(name, value, "true or false") }
        return flag
    }

    /// One of `words`, or `fallback` where it is left out.
    public mutating func word(
        _ name: String, of words: [String], default fallback: String? = nil
    ) throws(AttributeError) -> String {
        let expected = "one of \(words.joined(separator: ", "))"
        guard let value = take(name) else {
            guard let fallback else { throw missing(name, expected) }
            return fallback
        }
        guard case .word(let word) = value, words.contains(word) else { throw wrongKind(name, value, expected) }
        return word
    }

    /// Exactly `count` whole numbers within `range`, given as a list or, where one number serves for all, as that number.
    public mutating func integers(
        _ name: String, count: Int, in range: ClosedRange<Int>, default fallback: [Int]? = nil
    ) throws(AttributeError) -> [Int] {
        let expected = "\(count) whole numbers from \(range.lowerBound) to \(range.upperBound)"
        guard let value = take(name) else {
            guard let fallback else { throw missing(name, expected) }
            return fallback
        }
        let numbers: [Int]
        switch value {
        case .integer(let number): numbers = Array(repeating: number, count: count)
        case .integers(let list): numbers = list
        default: throw wrongKind(name, value, expected)
        }
        guard numbers.count == count, numbers.allSatisfy(range.contains) else {
            throw wrongKind(name, value, expected)
        }
        return numbers
    }

    /// A list of any length, or nil where it is left out.
    public mutating func integers(_ name: String) throws(AttributeError) -> [Int]? {
        guard let value = take(name) else { return nil }
        switch value {
        case .integer(let number): return [number]
        case .integers(let list): return list
        default: throw wrongKind(name, value, "a list of whole numbers")
        }
    }

    /// A list of dimensions of any length, which may have symbols in them, or nil where it is left out.
    public mutating func dimensions(_ name: String) throws(AttributeError) -> [Dimension]? {
        guard let value = take(name) else { return nil }
        switch value {
        case .integer(let number): return [.fixed(number)]
        case .integers(let list): return list.map(Dimension.fixed)
        case .dimensions(let list): return list
        default: throw wrongKind(name, value, "a list of dimensions")
        }
    }

    /// What a list is where it must be there.
    public func required<List>(_ name: String, _ list: List?, _ expected: String) throws(AttributeError) -> List {
        guard let list else { throw missing(name, expected) }
        return list
    }

    /// A list of numbers of any length, or nil where it is left out.
    public mutating func numbers(_ name: String) throws(AttributeError) -> [Double]? {
        guard let value = take(name) else { return nil }
        switch value {
        case .integer(let number): return [Double(number)]
        case .number(let number): return [number]
        case .integers(let list): return list.map(Double.init)
        case .numbers(let list): return list
        default: throw wrongKind(name, value, "a list of numbers")
        }
    }

    /// A text in quotes, or a single word; it must be there.
    public mutating func string(_ name: String) throws(AttributeError) -> String {
        guard let value = take(name) else { throw missing(name, "a text in quotes") }
        switch value {
        case .string(let text), .word(let text): return text
        default: throw wrongKind(name, value, "a text in quotes")
        }
    }

    /// One of the element types, or `fallback` where it is left out; without a fallback it must be there.
    public mutating func elementType(
        _ name: String, default fallback: ElementType? = nil
    ) throws(AttributeError) -> ElementType {
        let word = try word(name, of: ElementType.allCases.map(\.rawValue), default: fallback?.rawValue)
        return ElementType(rawValue: word) ?? .f32
    }

    /// The value as it was written, or nil where it is left out: for attributes that take more than one kind.
    public mutating func any(_ name: String) -> AttributeValue? { take(name) }

    /// Refuses what the operator did not ask for.
    public func finish() throws(AttributeError) {
        for attribute in given where !asked.contains(attribute.name) {
            throw AttributeError(
                attribute: attribute.name, message: "\(operatorName) has no attribute '\(attribute.name)'",
                remedy: asked.isEmpty ? "it takes none" : "it takes \(asked.joined(separator: ", "))")
        }
    }
}
