/// A sum of products of symbols and of quotients that are rounded down, in a form in which equal sums that this arithmetic
/// makes are equal values: terms with the same factors are joined, and factors and terms are sorted.
///
/// Where a coefficient overflows, or the sum has more than `partLimit` parts, it is `overflow`: no dimension is so large, and hostile
/// files could otherwise make sums that grow with every operator.
public struct DimensionPolynomial: Sendable, Hashable, CustomStringConvertible {
    /// What a product is made of beside its coefficient.
    package indirect enum Factor: Sendable, Hashable {
        case symbol(String)
        /// The polynomial over a number above 1, rounded down.
        case quotient(DimensionPolynomial, Int)
    }

    package struct Term: Sendable, Hashable {
        package var coefficient: Int
        package var factors: [Factor]
    }

    /// The terms with symbols first, in the order of their text, and the number last. None has the coefficient 0.
    package private(set) var terms: [Term]

    /// Parts that a sum has at most.
    private static let partLimit = 512
    /// See ``Dimension/overflow``.
    static let overflow = Self(.min)

    var isOverflow: Bool { number == .min }

    /// Terms, and the symbols and quotients in them; long names count as several.
    var partCount: Int {
        terms.reduce(0) { count, term in term.factors.reduce(count + 1) { $0 + $1.partCount } }
    }

    init(_ number: Int) { terms = number == 0 ? [] : [Term(coefficient: number, factors: [])] }
    init(symbol: String) { terms = [Term(coefficient: 1, factors: [.symbol(symbol)])] }

    init(joining terms: [Term]) {
        var coefficients: [[Factor]: Int] = [:]
        for term in terms {
            let (sum, overflows) = coefficients[term.factors, default: 0].addingReportingOverflow(term.coefficient)
            guard !overflows, term.coefficient != .min else {
                self = .overflow
                return
            }
            coefficients[term.factors] = sum
        }
        self.terms = coefficients.filter { $0.value != 0 }.map { Term(coefficient: $0.value, factors: $0.key) }
        guard partCount <= Self.partLimit else {
            self = .overflow
            return
        }
        guard self.terms.count > 1 else { return }
        let texts = self.terms.map { (term: $0, text: $0.text) }
        self.terms = texts.sorted { first, second in
            if first.term.factors.isEmpty != second.term.factors.isEmpty { return second.term.factors.isEmpty }
            return first.text < second.text
        }.map(\.term)
    }

    /// The number, where no symbol is in it.
    var number: Int? {
        if terms.isEmpty { return 0 }
        return terms.count == 1 && terms[0].factors.isEmpty ? terms[0].coefficient : nil
    }

    var symbol: String? {
        guard terms.count == 1, terms[0].coefficient == 1, terms[0].factors.count == 1,
            case .symbol(let name) = terms[0].factors[0]
        else { return nil }
        return name
    }

    var symbols: Set<String> {
        terms.reduce(into: []) { names, term in
            for factor in term.factors {
                switch factor {
                case .symbol(let name): names.insert(name)
                case .quotient(let inner, _): names.formUnion(inner.symbols)
                }
            }
        }
    }

    /// Whether no coefficient is above `limit`, up or down, and there are no more parts than arithmetic leaves.
    func isWithin(_ limit: Int) -> Bool {
        partCount <= Self.partLimit && areWithin(limit)
    }

    private func areWithin(_ limit: Int) -> Bool {
        terms.allSatisfy { term in
            (-limit...limit).contains(term.coefficient) && term.factors.count <= 8
                && term.factors.allSatisfy {
                    if case .quotient(let inner, _) = $0 { inner.areWithin(limit) } else { true }
                }
        }
    }

    func multiple(of symbol: String) -> Int? {
        guard terms.count == 1, terms[0].factors == [.symbol(symbol)] else { return nil }
        return terms[0].coefficient
    }

    static func + (left: Self, right: Self) -> Self { Self(joining: left.terms + right.terms) }

    static func * (left: Self, right: Self) -> Self {
        guard !left.isOverflow, !right.isOverflow, left.partCount * right.partCount <= 32 * partLimit else {
            return .overflow
        }
        var products: [Term] = []
        for first in left.terms {
            for second in right.terms {
                let (coefficient, overflows) = first.coefficient.multipliedReportingOverflow(by: second.coefficient)
                guard !overflows else { return .overflow }
                var factors = first.factors + second.factors
                if !first.factors.isEmpty, !second.factors.isEmpty { factors.sort { $0.text < $1.text } }
                products.append(Term(coefficient: coefficient, factors: factors))
            }
        }
        return Self(joining: products)
    }

    /// The quotient rounded down: what divides without a remainder is taken out first.
    func divided(by divisor: Int) -> Self {
        if divisor == 1 || isOverflow { return self }
        var whole: [Term] = []
        var rest: [Term] = []
        for term in terms {
            // Rounded down, so that what remains of a number is from 0 to divisor − 1.
            var (quotient, remainder) = term.coefficient.quotientAndRemainder(dividingBy: divisor)
            if remainder < 0 { (quotient, remainder) = (quotient - 1, remainder + divisor) }
            let isNumber = term.factors.isEmpty
            if remainder == 0 || isNumber { whole.append(Term(coefficient: quotient, factors: term.factors)) }
            if remainder != 0 {
                rest.append(Term(coefficient: isNumber ? remainder : term.coefficient, factors: term.factors))
            }
        }
        let remaining = Self(joining: rest)
        let quotient =
            remaining.number == nil ? [Term(coefficient: 1, factors: [.quotient(remaining, divisor)])] : []
        return Self(joining: whole + quotient)
    }

    func replacing(_ symbols: [String: Dimension]) -> Self {
        terms.reduce(Self(0)) { sum, term in
            sum
                + term.factors.reduce(Self(term.coefficient)) { product, factor in
                    switch factor {
                    case .symbol(let name): product * (symbols[name]?.polynomial ?? Self(symbol: name))
                    case .quotient(let inner, let divisor): product * inner.replacing(symbols).divided(by: divisor)
                    }
                }
        }
    }

    /// As the language writes it: `2*T + 1`, `(H - 3)/2 + 1`.
    public var description: String {
        guard let first = terms.first else { return "0" }
        return terms.dropFirst().reduce(first.text) { text, term in
            term.coefficient < 0 ? "\(text) - \(term.negated.text)" : "\(text) + \(term.text)"
        }
    }
}

extension DimensionPolynomial.Term {
    fileprivate var negated: Self { Self(coefficient: 0 &- coefficient, factors: factors) }

    fileprivate var text: String {
        let product = factors.map(\.text).joined(separator: "*")
        if factors.isEmpty { return "\(coefficient)" }
        return coefficient == 1 ? product : coefficient == -1 ? "-\(product)" : "\(coefficient)*\(product)"
    }
}

extension DimensionPolynomial.Factor {
    fileprivate var partCount: Int {
        switch self {
        case .symbol(let name): 1 + name.utf8.count / 16
        case .quotient(let inner, _): 1 + inner.partCount
        }
    }

    /// A quotient is in parentheses where it follows a factor: `2*(H/2)` is not `2*H/2`.
    var text: String {
        switch self {
        case .symbol(let name): languageName(name)
        case .quotient(let inner, let divisor):
            inner.terms.count == 1 && inner.terms[0].factors.count == 1 && inner.terms[0].coefficient == 1
                ? "(\(inner.description)/\(divisor))" : "((\(inner.description))/\(divisor))"
        }
    }
}
