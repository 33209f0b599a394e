import ApusInstructions

/// Products with few rows or columns whose operands both lie along the depth: the terms of a sum go to the lanes of one vector,
/// which are added at the end. Nothing is packed.
extension MatrixProduct {
    /// Whether the product is computed so. It depends on what each sample has, not on their number.
    var isAlongDepth: Bool {
        // The matrix that would have to be transposed is read too seldom to be worth it.
        let readings = destination.column == 1 ? rows : columns
        return !isLeftPacked && !isRightPacked && left.column == 1 && right.row == 1 && depth >= 4 * lanes
            && (min(rows, columns) <= 4 || readings <= MatrixTile.dotRows)
    }

    /// Computes the product, three rows by four columns at a time.
    func computeAlongDepth(_ left: Floats, _ right: Floats, _ destination: Floats) {
        var row = 0
        while row < rows {
            let count = min(3, rows - row)
            let leftRows = left + row &* self.left.row
            var column = 0
            while column < columns {
                let columnCount = columns - column >= 4 ? 4 : 1
                let rightColumns = right + column &* self.right.column
                var sums = noSums
                switch (count, columnCount) {
                case (3, 4): MatrixDotTile<3, 4>.sum(self, leftRows, rightColumns, &sums)
                case (2, 4): MatrixDotTile<2, 4>.sum(self, leftRows, rightColumns, &sums)
                case (_, 4): MatrixDotTile<1, 4>.sum(self, leftRows, rightColumns, &sums)
                case (3, _): MatrixDotTile<3, 1>.sum(self, leftRows, rightColumns, &sums)
                case (2, _): MatrixDotTile<2, 1>.sum(self, leftRows, rightColumns, &sums)
                default: MatrixDotTile<1, 1>.sum(self, leftRows, rightColumns, &sums)
                }
                for place in 0..<count &* columnCount {
                    finish(
                        sumOfLanes(sums[place]), destination, row: row + place / columnCount,
                        column: column + place % columnCount)
                }
                column += columnCount
            }
            row += count
        }
    }

    @inline(__always)
    private func finish(_ sum: Float, _ destination: Floats, row: Int, column: Int) {
        let place = destination + row &* self.destination.row + column &* self.destination.column
        var value = alpha * sum
        if let bias { value += bias[biasAlongRows ? row : column] }
        if accumulates { value += place.pointee }
        if relu && value < 0 { value = 0 }
        place.pointee = value
    }
}

private enum MatrixDotTile<let rows: Int, let columns: Int> {
    @inline(never)
    static func sum(
        _ product: borrowing MatrixProduct, _ left: Floats, _ right: Floats, _ results: inout Sums
    ) {
        let (leftStep, rightStep) = (product.left.row, product.right.column)
        var registers = noSums
        var (rowValues, columnValues) = (left, right)
        var terms = product.depth
        while terms >= lanes {
            add(rowValues, leftStep, columnValues, rightStep, firstLane: 0, &registers)
            rowValues += lanes
            columnValues += lanes
            terms &-= lanes
        }
        if terms > 0 {
            // The last whole vector, without the lanes that were added before.
            let back = lanes - terms
            add(rowValues - back, leftStep, columnValues - back, rightStep, firstLane: back, &registers)
        }
        // The lanes are added elsewhere: here the compiler would mix the sums of the loop to do so.
        for place in 0..<rows * columns { results[place] = registers[place] }
    }

    @inline(__always)
    private static func add(
        _ left: Floats, _ leftStep: Int, _ right: Floats, _ rightStep: Int, firstLane: Int, _ registers: inout Sums
    ) {
        for column in 0..<columns {
            var second = right.vector(at: column &* rightStep)
            if firstLane > 0 { second.replace(with: 0, where: firstLanes(firstLane)) }
            for row in 0..<rows {
                var first = left.vector(at: row &* leftStep)
                if firstLane > 0 { first.replace(with: 0, where: firstLanes(firstLane)) }
                let place = row * columns + column
                registers[place] = multiplyAdd(registers[place], first, second)
            }
        }
    }
}
