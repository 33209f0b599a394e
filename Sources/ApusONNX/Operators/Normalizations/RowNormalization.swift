import ApusGraph

extension NodeImport {
    /// What is added to the variance. 0 is the least that a norm takes: next to any variance above 1e-30 that is nothing, and rows
    /// without variance give 0 instead of a quotient of zeros.
    mutating func epsilon(default fallback: Double = 1e-5) throws(NodeFailure) -> Double {
        let epsilon = try float("epsilon", default: fallback)
        return epsilon >= 0 ? max(epsilon, Double(Float.leastNormalMagnitude)) : epsilon
    }

    /// Rows from `axis` on brought to one mean and deviation, and scaled: input 0 is normalized, 1 the scale, 2 the bias. The second
    /// and third output are the rows' means and inverse deviations.
    mutating func takeRowNormalization(axis: Int, epsilon: Double, isCentered: Bool) throws(NodeFailure) {
        let x = try input(0)
        let rows = try normalizedRows(
            x, scale: try input(1), bias: try optionalInput(2), axis: axis, epsilon: epsilon, isCentered: isCentered)
        finish(rows.result)
        if let mean = rows.mean, makes(1) { finish(mean, output: 1) }
        if makes(2) { finish(rows.inverse, output: 2) }
    }

    /// - Returns: what is normalized, of the type of `x`, and the rows' statistics with dimensions of 1 in the place of the rows.
    mutating func normalizedRows(
        _ x: ValueID, scale: ValueID, bias: ValueID?, axis: Int, epsilon: Double, isCentered: Bool
    ) throws(NodeFailure) -> (result: ValueID, mean: ValueID?, inverse: ValueID) {
        let first = try self.axis(axis, rank: rank(x))
        let row = Array(type(x).dimensions[first...])
        let value = try single(x)
        var operands = [value, try filling(try single(scale), row)]
        if isCentered, let bias { operands.append(try filling(try single(bias), row)) }
        let results = try applyAll(
            NormalizeRows(axis: first, isCentered: isCentered, epsilon: epsilon), operands)
        var result = results[0]
        if !isCentered, let bias { result = try apply(Add(), result, try single(bias)) }
        let ones = row.map { _ in Dimension.fixed(1) }
        var statistics: [ValueID] = []
        for statistic in results.dropFirst() {
            statistics.append(
                makes(1) || makes(2) ? try reshape(statistic, type(statistic).dimensions + ones) : statistic)
        }
        return (try cast(result, to: type(x).elementType), isCentered ? statistics[1] : nil, statistics[0])
    }

    /// A value that is broadcast to a row, as one number for each of its places.
    private mutating func filling(_ value: ValueID, _ row: [Dimension]) throws(NodeFailure) -> ValueID {
        type(value).dimensions == row ? value : try apply(Expand(shape: row), value)
    }
}
