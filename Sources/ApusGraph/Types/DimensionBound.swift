extension DimensionPolynomial {
    /// A number that the polynomial is not below, whatever numbers from 1 on its symbols have; nil where none is seen at once.
    var lowerBound: Int? {
        var bound = 0
        for term in terms {
            guard let least = term.lowerBound else { return nil }
            let (sum, overflows) = bound.addingReportingOverflow(least)
            if overflows { return nil }
            bound = sum
        }
        return bound
    }
}

extension DimensionPolynomial.Term {
    /// Of a number that number; else a bound where it grows with its factors.
    fileprivate var lowerBound: Int? {
        guard !factors.isEmpty else { return coefficient }
        guard coefficient > 0 else { return nil }
        var product = coefficient
        for factor in factors {
            guard case .quotient(let inner, let divisor) = factor else { continue }
            guard let least = inner.lowerBound, least >= 0 else { return nil }
            let (next, overflows) = product.multipliedReportingOverflow(by: least / divisor)
            if overflows { return nil }
            product = next
        }
        return product
    }
}

extension Dimension {
    /// How the dimension is to another, whatever numbers from 1 on the symbols have; nil where that depends on them, or isn't seen.
    func order(to other: Dimension) -> DimensionOrder? {
        let difference = self - other
        if difference == .overflow { return nil }
        if let number = difference.number { return number == 0 ? .equal : number > 0 ? .above : .below }
        if let bound = difference.polynomial.lowerBound, bound >= 0 { return bound > 0 ? .above : .notBelow }
        if let bound = (other - self).polynomial.lowerBound, bound >= 0 { return bound > 0 ? .below : .notAbove }
        return nil
    }
}

/// What is known of the order of two dimensions.
enum DimensionOrder {
    case below, notAbove, equal, notBelow, above
}
