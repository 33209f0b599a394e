import ApusGraph

extension OperatorTable {
    static let determinants: [OperatorEntry] = [
        OperatorEntry("Det", since: 11) { node throws(NodeFailure) in
            let x = try node.input(0)
            let sizes = try node.numbers(node.type(x).dimensions.suffix(2), "a dimension of the matrices")
            guard sizes.count == 2, sizes[0] == sizes[1], (1...3).contains(sizes[0]) else {
                throw node.failure("takes the determinants of \(node.type(x)); those of up to 3 rows are computed")
            }
            node.finish(try node.determinant(x, rows: Array(0..<sizes[0]), from: 0))
        }
    ]
}

extension NodeImport {
    /// The determinant of what some rows have from a column on, by the elements of that column.
    fileprivate mutating func determinant(
        _ x: ValueID, rows: [Int], from column: Int
    ) throws(NodeFailure) -> ValueID {
        var sum: ValueID?
        for (number, row) in rows.enumerated() {
            var term = try element(x, row, column)
            let rest = rows.filter { $0 != row }
            if !rest.isEmpty { term = try apply(Multiply(), term, determinant(x, rows: rest, from: column + 1)) }
            guard let before = sum else {
                sum = term
                continue
            }
            sum = number.isMultiple(of: 2) ? try apply(Add(), before, term) : try apply(Subtract(), before, term)
        }
        guard let sum else { throw failure("takes the determinant of nothing") }
        return sum
    }

    /// An element of each matrix.
    private mutating func element(_ x: ValueID, _ row: Int, _ column: Int) throws(NodeFailure) -> ValueID {
        let place = Slice(
            starts: [.fixed(row), .fixed(column)], ends: [.fixed(row + 1), .fixed(column + 1)], axes: [-2, -1])
        return try apply(Squeeze(axes: [-2, -1]), apply(place, x))
    }
}
