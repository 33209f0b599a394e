extension DimensionPolynomial {
    /// The quotient where the divisor is a single product that divides every term; nil otherwise.
    func quotient(by divisor: Self) -> Self? {
        guard divisor.terms.count == 1, let term = divisor.terms.first else { return nil }
        var quotients: [Term] = []
        for own in terms {
            guard own.coefficient % term.coefficient == 0 else { return nil }
            var factors = own.factors
            for factor in term.factors {
                guard let index = factors.firstIndex(of: factor) else { return nil }
                factors.remove(at: index)
            }
            quotients.append(Term(coefficient: own.coefficient / term.coefficient, factors: factors))
        }
        return Self(joining: quotients)
    }
}

extension Dimension {
    /// The quotient where nothing remains; nil where something does or may do.
    func quotient(by divisor: Dimension) -> Dimension? {
        if self == divisor { return 1 }
        if let own = number, let divisor = divisor.number {
            return divisor != 0 && own % divisor == 0 ? .fixed(own / divisor) : nil
        }
        return polynomial.quotient(by: divisor.polynomial).map { Dimension($0) }
    }

    /// The product of dimensions, `× 1` of none.
    static func product(_ dimensions: some Sequence<Dimension>) -> Dimension { dimensions.reduce(1, *) }
}
