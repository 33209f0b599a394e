extension DimensionPolynomial {
    /// The quotient where the divisor divides without a remainder; nil otherwise. Long division, largest products first.
    func quotient(by divisor: Self) -> Self? {
        guard let leading = divisor.leading, !isOverflow, max(terms.count, divisor.terms.count) <= Self.divisionSteps
        else { return nil }
        var (rest, result) = (self, Self(0))
        // Each step takes the largest product out, and what it brings in is smaller.
        for _ in 0..<Self.divisionSteps {
            if rest.isOverflow || result.isOverflow { return nil }
            guard let term = rest.leading else { return result }
            guard let quotient = term.quotient(by: leading) else { return nil }
            result = result + Self(joining: [quotient])
            rest = rest + Self(joining: [quotient]) * divisor * Self(-1)
        }
        return rest.number == 0 ? result : nil
    }

    /// Shapes have a few terms; more are not worth the search.
    private static let divisionSteps = 16

    /// The term with the most factors, the last one by their text of several.
    private var leading: Term? {
        guard terms.count > 1 else { return terms.first }
        return terms.map { (term: $0, text: $0.factors.map(\.text).joined(separator: "*")) }.max { first, second in
            let (left, right) = (first.term.factors.count, second.term.factors.count)
            return left == right ? first.text < second.text : left < right
        }?.term
    }
}

extension DimensionPolynomial.Term {
    /// The term that gives this one times another; nil where none does.
    fileprivate func quotient(by divisor: Self) -> Self? {
        guard divisor.coefficient > 0, coefficient % divisor.coefficient == 0 else { return nil }
        var rest = factors
        for factor in divisor.factors {
            guard let index = rest.firstIndex(of: factor) else { return nil }
            rest.remove(at: index)
        }
        return Self(coefficient: coefficient / divisor.coefficient, factors: rest)
    }
}

extension Dimension {
    /// The quotient where nothing remains; nil where something does or may do.
    func quotient(by divisor: Dimension) -> Dimension? {
        if self == .overflow || divisor == .overflow { return nil }
        if self == divisor { return 1 }
        if let own = number, let divisor = divisor.number {
            return divisor > 0 && own % divisor == 0 ? .fixed(own / divisor) : nil
        }
        return polynomial.quotient(by: divisor.polynomial).map { Dimension($0) }
    }

    /// The product of dimensions, 1 of none.
    package static func product(_ dimensions: some Sequence<Dimension>) -> Dimension { dimensions.reduce(1, *) }
}
