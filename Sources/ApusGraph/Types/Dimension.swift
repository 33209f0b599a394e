/// One dimension of a shape: a number, or an expression in symbols that get their numbers later, `N` or `2*T + 1`.
public enum Dimension: Sendable, Hashable, CustomStringConvertible {
    case fixed(Int)
    /// What depends on a symbol. Use ``symbol(_:)`` and the arithmetic to make one.
    case expression(DimensionPolynomial)

    /// What stands for a dimension that this arithmetic can't hold, for its numbers are too large or its parts too many. No value
    /// has it, and what is computed of it is it again.
    static let overflow = Dimension.fixed(.min)

    /// A symbol by itself.
    public static func symbol(_ name: String) -> Dimension { .expression(DimensionPolynomial(symbol: name)) }

    /// The number, or nil where a symbol is in it.
    public var number: Int? {
        if case .fixed(let number) = self { number } else { nil }
    }

    /// The symbol's name, where the dimension is a symbol by itself.
    public var symbol: String? {
        if case .expression(let polynomial) = self { polynomial.symbol } else { nil }
    }

    /// The names of all symbols in it.
    public var symbols: Set<String> {
        if case .expression(let polynomial) = self { polynomial.symbols } else { [] }
    }

    /// `c` where the dimension is `c` times the symbol; nil for all else.
    public func multiple(of symbol: String) -> Int? {
        if case .expression(let polynomial) = self { polynomial.multiple(of: symbol) } else { nil }
    }

    /// The dimension with the given symbols replaced.
    public func replacing(_ symbols: [String: Dimension]) -> Dimension {
        guard case .expression(let polynomial) = self, !symbols.isEmpty else { return self }
        return Dimension(polynomial.replacing(symbols))
    }

    /// How many symbols, numbers and quotients it is made of: what it takes to compare it, or to compute with it.
    package var partCount: Int {
        if case .expression(let polynomial) = self { polynomial.partCount } else { 1 }
    }

    init(_ polynomial: DimensionPolynomial) {
        self = polynomial.number.map { .fixed($0) } ?? .expression(polynomial)
    }

    var polynomial: DimensionPolynomial {
        switch self {
        case .fixed(let number): DimensionPolynomial(number)
        case .expression(let polynomial): polynomial
        }
    }

    public var description: String {
        switch self {
        case .fixed(let number): "\(number)"
        case .expression(let polynomial): polynomial.description
        }
    }
}

extension Dimension {
    public static func + (left: Self, right: Self) -> Self {
        if case (.fixed(let first), .fixed(let second)) = (left, right) {
            return computed(left, right, first.addingReportingOverflow(second))
        }
        return Dimension(left.polynomial + right.polynomial)
    }

    public static func - (left: Self, right: Self) -> Self {
        if case (.fixed(let first), .fixed(let second)) = (left, right) {
            return computed(left, right, first.subtractingReportingOverflow(second))
        }
        return Dimension(left.polynomial + right.polynomial * DimensionPolynomial(-1))
    }

    public static func * (left: Self, right: Self) -> Self {
        if case (.fixed(let first), .fixed(let second)) = (left, right) {
            return computed(left, right, first.multipliedReportingOverflow(by: second))
        }
        return Dimension(left.polynomial * right.polynomial)
    }

    /// The quotient rounded down.
    ///
    /// - Precondition: the divisor is above zero.
    public static func / (left: Self, right: Int) -> Self {
        if case .fixed(let number) = left {
            if left == overflow { return overflow }
            let (quotient, remainder) = number.quotientAndRemainder(dividingBy: right)
            return .fixed(remainder < 0 ? quotient - 1 : quotient)
        }
        return Dimension(left.polynomial.divided(by: right))
    }
}

extension Dimension {
    /// What arithmetic made of two numbers, unless it could not.
    private static func computed(
        _ left: Self, _ right: Self, _ result: (partialValue: Int, overflow: Bool)
    ) -> Self {
        result.overflow || left == overflow || right == overflow ? overflow : .fixed(result.partialValue)
    }
}

extension Dimension: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    public init(integerLiteral value: Int) { self = .fixed(value) }
    public init(stringLiteral value: String) { self = .symbol(value) }
}
