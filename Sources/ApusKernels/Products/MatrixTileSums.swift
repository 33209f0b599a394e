// The inner loop of matrix products: a tile of sums, each a vector along a row, that stay in registers while the depth runs.

/// What a tile reads, and the sums it leaves. All steps count elements.
///
///     sums[r·vectors + v] = start[r·vectors + v]
///         + Σ_t vectors[v / 2 · panelStep + v % 2 · V + t · vectorStep] · scalars[r · rowStep + t · scalarStep]
struct MatrixTileMemory {
    var terms = 0
    var rowStep = 0
    /// Three, six and nine times the row step. The loop reads them, because the compiler would make one chain of additions of
    /// addresses that it knows to be evenly spaced.
    var (thirdRow, sixthRow, ninthRow) = (0, 0, 0)
    var scalarStep = 1
    var vectorStep = 0
    var panelStep = 0
    /// Whether the sums go on from those that are here; else they start with zero.
    var continues = false
    var sums = noSums
}
typealias MatrixTilePointer = UnsafeMutablePointer<MatrixTileMemory>

/// Computes a tile of `rows` rows, 1 to 12, and `vectors` vectors: 1, or two for each panel.
enum MatrixTileSums<let rows: Int, let vectors: Int> {
    @inline(never)
    static func compute(_ memory: MatrixTilePointer, _ scalars: Floats, _ start: Floats) {
        var registers = noSums
        if memory.pointee.continues {
            for place in 0..<rows * vectors { registers[place] = memory.pointee.sums[place] }
        }
        let (rowStep, scalarStep) = (memory.pointee.rowStep, memory.pointee.scalarStep)
        let (vectorStep, panelStep) = (memory.pointee.vectorStep, memory.pointee.panelStep)
        // Three rows have one address: an instruction's address may add one or two steps to it.
        var (first, second) = (scalars, scalars + memory.pointee.thirdRow)
        var (third, fourth) = (scalars + memory.pointee.sixthRow, scalars + memory.pointee.ninthRow)
        var vector = start
        var left = memory.pointee.terms
        while left > 0 {
            add(0, first, rowStep, vector, panelStep, &registers)
            if rows > 3 { add(3, second, rowStep, vector, panelStep, &registers) }
            if rows > 6 { add(6, third, rowStep, vector, panelStep, &registers) }
            if rows > 9 { add(9, fourth, rowStep, vector, panelStep, &registers) }
            first += scalarStep
            if rows > 3 { second += scalarStep }
            if rows > 6 { third += scalarStep }
            if rows > 9 { fourth += scalarStep }
            vector += vectorStep
            left &-= 1
        }
        for place in 0..<rows * vectors { memory.pointee.sums[place] = registers[place] }
    }

    /// Adds the products of one term to up to three rows.
    @inline(__always)
    private static func add(
        _ firstRow: Int, _ scalars: Floats, _ rowStep: Int, _ start: Floats, _ panelStep: Int,
        _ registers: inout Sums
    ) {
        for row in 0..<min(3, rows - firstRow) {
            let factor = Vector(repeating: scalars[row &* rowStep])
            for vector in 0..<vectors {
                let place = (firstRow + row) * vectors + vector
                registers[place] = multiplyAdd(
                    registers[place], start.vector(at: vector / 2 &* panelStep + vector % 2 * lanes), factor)
            }
        }
    }
}
