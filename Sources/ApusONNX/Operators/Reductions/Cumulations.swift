import ApusGraph

extension OperatorTable {
    static let cumulations: [OperatorEntry] = [
        OperatorEntry("CumSum", since: 11) { node throws(NodeFailure) in
            let form = try node.cumulation()
            try node.finish(
                CumulativeSum(axis: form.axis, exclusive: form.isExclusive, reverse: form.isReverse), node.input(0))
        },
        OperatorEntry("CumProd", since: 26) { node throws(NodeFailure) in
            let form = try node.cumulation()
            node.finish(try node.cumulativeProduct(node.input(0), form))
        },
    ]
}

private struct Cumulation {
    var axis: Int
    var isExclusive: Bool
    var isReverse: Bool
}

extension NodeImport {
    fileprivate mutating func cumulation() throws(NodeFailure) -> Cumulation {
        guard let number = try integers(1, "the axis").first else { throw failure("its axis is empty") }
        return Cumulation(
            axis: try axis(number, rank: rank(input(0))), isExclusive: try flag("exclusive"),
            isReverse: try flag("reverse"))
    }

    /// The product of all elements up to each one, in steps that multiply by what is 1, 2, 4, ... places before: Hillis and Steele
    /// (1986).
    fileprivate mutating func cumulativeProduct(_ x: ValueID, _ form: Cumulation) throws(NodeFailure) -> ValueID {
        let count = try numbers([type(x).dimensions[form.axis]], "the dimension at the axis")[0]
        var product = x
        if form.isExclusive {
            guard count > 1 else { return try apply(Full(1, of: type(x))) }
            product = try moved(product, form, by: 1)
        }
        var distance = 1
        while distance < count {
            product = try apply(Multiply(), product, moved(product, form, by: distance))
            distance *= 2
        }
        return product
    }

    /// The elements moved along the axis, with ones behind them.
    private mutating func moved(_ x: ValueID, _ form: Cumulation, by distance: Int) throws(NodeFailure) -> ValueID {
        var before = [Int](repeating: 0, count: rank(x))
        before[form.axis] = form.isReverse ? -distance : distance
        return try apply(Pad(before: before, after: before.map { -$0 }, value: 1), x)
    }
}
