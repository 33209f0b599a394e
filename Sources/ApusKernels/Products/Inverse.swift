import ApusInstructions

func inverse(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: InverseParameters.self)
    let source = operands[0].unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    let destination = operands[1].unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    let rows = Int(settings.rows)
    let scratch = operands[2].unsafelyUnwrapped.assumingMemoryBound(to: Double.self)
    let matrix = EliminatedMatrix(
        elements: scratch, rows: rows,
        exchanges: UnsafeMutableRawPointer(scratch + rows * rows).assumingMemoryBound(to: Int.self))
    for sample in 0..<samples {
        for number in 0..<Int(settings.matrices) {
            let place = number * rows * rows
            let from = source + sample * Int(settings.sourceSampleStride) + place
            let to = destination + sample * Int(settings.destinationSampleStride) + place
            for index in 0..<rows * rows { matrix.elements[index] = Double(from[index]) }
            matrix.invert()
            for index in 0..<rows * rows { to[index] = Float(matrix.elements[index]) }
        }
    }
}

/// A matrix that becomes its inverse in place: a column that has been eliminated is a column of the identity, so the inverse's
/// takes its room.
private struct EliminatedMatrix {
    let elements: UnsafeMutablePointer<Double>
    let rows: Int
    /// The row that was exchanged with each one.
    let exchanges: UnsafeMutablePointer<Int>

    func invert() {
        for pivot in 0..<rows {
            let best = largest(inColumn: pivot)
            exchanges[pivot] = best
            exchangeRows(pivot, best)
            eliminate(pivot)
        }
        // Rows that were exchanged before are columns that are exchanged after, in the opposite order.
        for pivot in stride(from: rows - 1, through: 0, by: -1) { exchangeColumns(pivot, exchanges[pivot]) }
    }

    /// The row from the diagonal on with the largest magnitude in a column.
    private func largest(inColumn column: Int) -> Int {
        var best = column
        for row in column..<rows
        where elements[row * rows + column].magnitude > elements[best * rows + column].magnitude {
            best = row
        }
        return best
    }

    private func exchangeRows(_ first: Int, _ second: Int) {
        if first == second { return }
        let (left, right) = (elements + first * rows, elements + second * rows)
        for column in 0..<rows { (left[column], right[column]) = (right[column], left[column]) }
    }

    private func exchangeColumns(_ first: Int, _ second: Int) {
        if first == second { return }
        for row in 0..<rows {
            let line = elements + row * rows
            (line[first], line[second]) = (line[second], line[first])
        }
    }

    private func eliminate(_ pivot: Int) {
        let line = elements + pivot * rows
        let scale = 1 / line[pivot]
        line[pivot] = 1
        for column in 0..<rows { line[column] *= scale }
        for row in 0..<rows where row != pivot {
            let other = elements + row * rows
            let factor = other[pivot]
            other[pivot] = 0
            for column in 0..<rows { other[column] -= factor * line[column] }
        }
    }
}
