// How products of matrices are cut: into rows, into columns, and into the products that there are.

extension ContractParameters {
    /// Whether sums go along the depth: see ``MatrixTile/dotRows``. Parts must be computed as the whole is.
    private func isAlongDepth(lanes: Int) -> Bool {
        let readings = destination.columnStride == 1 ? rows : columns
        return packed == 0 && left.columnStride == 1 && right.rowStride == 1 && Int(depth) >= 4 * lanes
            && (min(rows, columns) <= 4 || Int(readings) <= MatrixTile.dotRows)
    }

    func partitions(lanes: Int) -> [Partition] {
        guard rows > 0, columns > 0, depth > 0 else { return [] }
        return [productPartition, rowPartition(lanes: lanes), columnPartition(lanes: lanes)].compactMap { $0 }
    }

    /// By the outermost batch dimension.
    private var productPartition: Partition? {
        guard let dimension = batch.indices.first(where: { batch[$0] > 1 }) else { return nil }
        let whole = self
        return Partition(.products, units: Int(batch[dimension])) { units in
            var part = whole
            part.batch[dimension] = Int32(units.count)
            func offset(_ layout: MatrixLayout) -> Int { 4 * units.lowerBound * Int(layout.batchStrides[dimension]) }
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [offset(whole.left), offset(whole.right), 0, offset(whole.destination), 0])
        }
    }

    /// Units of `unit` lines; what is left of `lines` belongs to the last.
    private func partition(
        _ axis: Partition.Axis, lines: Int32, unit: Int, sharedBytes: Int, isContiguous: Bool,
        part: @escaping @Sendable (_ lines: Range<Int>) -> Partition.Part
    ) -> Partition? {
        let lines = Int(lines)
        let count = lines / unit
        guard count > 1 else { return nil }
        return Partition(axis, units: count, sharedBytes: sharedBytes, isContiguous: isContiguous) { units in
            part(units.lowerBound * unit..<(units.upperBound == count ? lines : units.upperBound * unit))
        }
    }

    private func rowPartition(lanes: Int) -> Partition? {
        let whole = self
        let width = MatrixTile(lanes: lanes).rows
        // What isn't computed along the depth must have more rows than what is.
        let unit =
            isAlongDepth(lanes: lanes) ? 3 : (MatrixTile.dotRows / width + 1) * width
        let rightBytes = 4 * Int(columns) * Int(depth)
        return partition(
            .rows, lines: rows, unit: unit, sharedBytes: packed == Packed.right.rawValue ? rightBytes : 2 * rightBytes,
            isContiguous: destination.columnStride == 1
        ) { rows in
            var part = whole
            part.rows = Int32(rows.count)
            let left =
                whole.packed == Packed.left.rawValue
                ? rows.lowerBound * Int(whole.depth) : rows.lowerBound * Int(whole.left.rowStride)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    4 * left, 0, whole.biasAlongRows == 1 ? 4 * rows.lowerBound : 0,
                    4 * rows.lowerBound * Int(whole.destination.rowStride), 0,
                ])
        }
    }

    private func columnPartition(lanes: Int) -> Partition? {
        let whole = self
        let width = MatrixTile(lanes: lanes).columns
        let unit = isAlongDepth(lanes: lanes) ? 4 : (MatrixTile.dotRows / width + 1) * width
        let leftBytes = 4 * Int(rows) * Int(depth)
        return partition(
            .columns, lines: columns, unit: unit,
            sharedBytes: packed == Packed.left.rawValue ? leftBytes : 2 * leftBytes,
            isContiguous: destination.columnStride != 1 || rows == 1
        ) { columns in
            var part = whole
            part.columns = Int32(columns.count)
            let right =
                whole.packed == Packed.right.rawValue
                ? columns.lowerBound * Int(whole.depth) : columns.lowerBound * Int(whole.right.columnStride)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    0, 4 * right, whole.biasAlongRows == 1 ? 0 : 4 * columns.lowerBound,
                    4 * columns.lowerBound * Int(whole.destination.columnStride), 0,
                ])
        }
    }
}
